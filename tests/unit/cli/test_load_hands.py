"""Workers from other machines: where they come to, and what they are shown."""

import pytest

from testbed.cli.load_hands import expected
from testbed.model.files import ScenarioInvalid


def test_nobody_is_expected_unless_asked_for() -> None:
    assert expected(0, "nowhere") is None


def test_those_who_are_expected_are_shown_a_command_and_a_key_of_this_run(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = expected(2, "127.0.0.1:5557"), expected(2, "127.0.0.1:5557")
    assert first is not None
    assert second is not None
    assert (first.host, first.port, first.workers, first.here) == ("127.0.0.1", 5557, 2, "127.0.0.1")
    assert first.key != second.key
    shown = capsys.readouterr().err
    assert f"export TESTBED_LOAD_KEY={first.key}\n" in shown
    assert "python -m loadtests.worker --master 127.0.0.1:5557" in shown


@pytest.mark.parametrize("listen", ["5557", "127.0.0.1:", ":5557", "127.0.0.1:99999", "127.0.0.1:x"])
def test_an_address_to_which_nobody_could_come_is_bad_input(listen: str) -> None:
    with pytest.raises(ScenarioInvalid, match="--listen"):
        expected(1, listen)
