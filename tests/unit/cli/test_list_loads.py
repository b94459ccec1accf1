"""The profiles of load are listed in both languages, with how many people come and for how long."""

import json

import pytest
from command_line import ended


def test_profiles_are_listed_with_their_sizes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "list", "loads", "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["national-test-0900"] == {
        "id": "national-test-0900",
        "title": "National test at 09:00",
        "titel": "Nationellt prov klockan 09.00",
        "people": "1700",
        "scale": "0.1",
        "seconds": "60",
        "flows": "login",
    }
    assert len(rows) == 10
