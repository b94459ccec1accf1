"""No participant makes its own connection: with sockets shut, the in-process tour plays as ever."""

import socket
from typing import Any, NoReturn

import pytest

from testbed.lab.open import LabName


def test_the_school_and_the_vendors_play_without_a_socket(player: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        raise AssertionError("someone went around the recorder")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    with socket.socket() as probe, pytest.raises(AssertionError, match="around the recorder"):
        probe.connect(("127.0.0.1", 9))
    _, record = player.play(player.catalogue.named(["tour"]), LabName.INPROCESS)
    assert record.run.exit_status == 0
    assert all(judgement.expectation.met for judgement in record.run.judgements)
