"""What a load leaves in its folder is read back as it was, and what is damaged is told in a sentence."""

import csv
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path

import loads
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testbed.model.files import ScenarioInvalid
from testbed.model.load import Outcome, Record, Request, Sample
from testbed.model.load_file import DOCUMENT, dump_load
from testbed.runner.folder import RunFolder
from testbed.runner.load_columns import MOST_WORDS, TOO_MANY, LoadData, load_data
from testbed.runner.load_csv import FLOW_COLUMNS, MOST_BYTES, MOST_PARTICIPANTS, MOST_VENDORS, cell
from testbed.runner.load_folder import read_load, write_load
from testbed.runner.load_parquet import NAMES, NOT_INSTALLED, write_parquet
from testbed.runner.load_verdict import report_of

TEXTS = st.text(max_size=30)
IDS = st.from_regex(r"[a-z]{1,8}-[0-9]{1,4}", fullmatch=True)
TIMES = st.floats(0, 86_400)


def written(path: Path, data: LoadData) -> RunFolder:
    folder = RunFolder.at(path)
    write_load(folder, data, report_of(data))
    return folder


@st.composite
def records(draw: st.DrawFn) -> tuple[Record, ...]:
    made = []
    for number in sorted(draw(st.sets(st.integers(0, 2**40), max_size=12))):
        requests = draw(st.lists(st.builds(Request, TEXTS, TIMES, TIMES, st.integers(0, 599)), max_size=4))
        made.append(
            Record(
                number=number,
                flow=draw(st.sampled_from(["login", "roster", "push-change"])),
                vendor=draw(IDS),
                person=draw(IDS),
                due_s=draw(TIMES),
                began_s=draw(TIMES),
                right_s=draw(st.none() | TIMES),
                ended_s=draw(TIMES),
                outcome=draw(st.sampled_from(list(Outcome))),
                attempts=draw(st.integers(1, 20)),
                why=draw(TEXTS),
                shown=tuple(draw(st.lists(IDS, max_size=3))),
                leaked=tuple(draw(st.lists(IDS, max_size=2))),
                intercepted=draw(st.booleans()),
                requests=tuple(requests),
            )
        )
    return tuple(made)


SAMPLES = st.lists(
    st.builds(
        Sample, TIMES, IDS, st.floats(0, 64), st.integers(0, 2**40), *[st.integers(0, 10**6)] * 2, st.integers(1, 64)
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records(), SAMPLES)
def test_a_run_is_read_back_as_it_was(tmp_path: Path, flows: tuple[Record, ...], used: list[Sample]) -> None:
    data = load_data(loads.run(flows, used))
    again = read_load(written(tmp_path, data))
    assert again.about == data.about
    for table in ("flows", "requests", "samples"):
        before, after = getattr(data, table), getattr(again, table)
        for name in before.__slots__:
            column, other = getattr(before, name), getattr(after, name)
            if hasattr(column, "words"):
                assert [column[place] for place in range(len(before))] == [other[place] for place in range(len(after))]
            else:
                np.testing.assert_array_equal(column, other)
    assert report_of(again) == report_of(data)
    assert dump_load(report_of(again)) == dump_load(report_of(data))


def test_load_json_is_what_its_schema_describes(tmp_path: Path) -> None:
    data = load_data(loads.run(loads.mixed_up(), loads.samples(40, school=0.5)))
    folder = written(tmp_path, data)
    document = DOCUMENT.validate_json((folder.path / "load.json").read_text(encoding="utf-8"))
    report = report_of(data)
    assert (document.verdict, document.exit_status) == (report.verdict.verdict, 1)
    assert (document.about, document.summary, document.checks) == (report.about, report.summary, report.verdict)
    raw = json.loads((folder.path / "load.json").read_text(encoding="utf-8"))
    assert raw["schema"] == "testbed.load/1"
    assert "records" not in raw["about"]
    assert "samples" not in raw["about"]


def test_the_moment_of_a_run_is_read_back_in_its_zone(tmp_path: Path) -> None:
    began = datetime(2026, 9, 1, 9, tzinfo=timezone(timedelta(hours=2)))
    again = read_load(written(tmp_path, load_data(loads.run([], started=began))))
    assert again.about.started == began.astimezone(UTC)


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", load_data(loads.run(loads.steady(10))))
    assert {path.stat().st_mode & 0o777 for path in folder.path.iterdir()} == {0o600}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'quoted", "\tx"])
def test_no_spreadsheet_takes_a_text_for_a_formula(tmp_path: Path, text: str) -> None:
    record = loads.record(0, 0, None, Outcome.STOPPED, why=text, requests=(Request(text, 0, 0, 0),))
    folder = written(tmp_path, load_data(loads.run([record])))
    with (folder.path / "flows.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["why"] == cell(text) == f"'{text}"
    again = read_load(folder)
    assert (again.flows.why[0], again.requests.name[0]) == (text, text)


def test_the_columns_of_a_flow_are_what_the_documentation_says(tmp_path: Path) -> None:
    folder = written(tmp_path, load_data(loads.run(loads.retried())))
    with (folder.path / "flows.csv").open(newline="", encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    assert (first["due_s"], first["latency_s"], first["service_s"], first["attempts"]) == (
        "0.000000", "20.100000", "0.100000", "2",
    )  # fmt: skip


Damage = Callable[[str], str]
BAD: dict[str, tuple[str, Damage, str]] = {
    "not json": ("load.json", lambda text: text[:-40], "cannot be read"),
    "another schema": (
        "load.json",
        lambda text: text.replace("testbed.load/1", "testbed.load/2"),
        "is not testbed.load/1",
    ),
    "a list": ("load.json", lambda _: "[]", "is not testbed.load/1"),
    "nested": ("load.json", lambda _: "[" * 100_000, "cannot be read"),
    "no about": ("load.json", lambda _: '{"schema": "testbed.load/1"}', "about: cannot be read"),
    "a wrong profile": (
        "load.json",
        lambda text: text.replace('"within_s": 60.0', '"within_s": -1'),
        "about.profile.waves",
    ),
    "a number beyond measure": (
        "load.json",
        lambda text: text.replace('"seed": 1', f'"seed": {"9" * 5000}'),
        "cannot be read",
    ),
    "other columns": ("flows.csv", lambda text: text.replace("due_s", "due_ms"), "has not the columns"),
    "empty": ("flows.csv", lambda _: "", "has not the columns"),
    "too few cells": ("flows.csv", lambda text: text + "3,login\n", "has 2 cells in place of 16"),
    "a cut-off quote": ("flows.csv", lambda text: text + '3,login,"prov', "unexpected end of data"),
    "an unknown flow": ("flows.csv", lambda text: text.replace("0,login", "0,dance"), "no flow is called 'dance'"),
    "an unknown outcome": ("flows.csv", lambda text: text.replace("right,", "splendid,"), "'splendid'"),
    "not a number": ("flows.csv", lambda text: text.replace("0.100000", "nan", 1), "right_s is no time"),
    "beyond all time": ("flows.csv", lambda text: text.replace("0.100000", "1e300", 1), "right_s is no time"),
    "a word for a time": ("flows.csv", lambda text: text.replace("0.100000", "soon", 1), "could not convert"),
    "a huge count": (
        "flows.csv",
        lambda text: text.replace("right,1,", f"right,{'9' * 400},"),
        "attempts is no whole number",
    ),
    "a flow twice": ("flows.csv", lambda text: text + text.splitlines()[1] + "\n", "the flow 0 stands twice"),
    "a long text": ("flows.csv", lambda text: text.replace("prov", "p" * 2001), "a text is too long"),
    "a text beyond reading": ("flows.csv", lambda text: text.replace("prov", "p" * 200_000), "field larger than"),
    "intercepted by half": ("flows.csv", lambda text: text.replace(",0,\n", ",0.5,\n", 1), "neither 0 nor 1"),
    "a request of nobody": ("requests.csv", lambda text: text + "77,GET x,0,0,200\n", "there is no flow 77"),
    "requests out of order": (
        "requests.csv",
        lambda text: text + "0,GET x,0,0,200\n",
        "not in the order of their flows",
    ),
    "a status below zero": ("requests.csv", lambda text: text.replace(",302", ",-302"), "status is no whole number"),
    "no processes": ("resources.csv", lambda text: text.replace(",4,1\n", ",4,0\n"), "processes is 0"),
    "a sample without memory": (
        "resources.csv",
        lambda text: text.replace("104858624", ""),
        "memory_bytes is no whole",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_folder_is_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    folder = written(
        tmp_path, load_data(loads.run([loads.record(0, 0), loads.record(1, 1)], loads.samples(3, school=0.1)))
    )
    file, damage, problem = BAD[name]
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    spoilt = damage(text)
    assert spoilt != text
    path.write_text(spoilt, encoding="utf-8")
    with pytest.raises(ScenarioInvalid) as told:
        read_load(folder)
    assert problem in str(told.value)
    assert str(told.value).startswith(str(path))
    assert "To mend it: " in str(told.value)


@pytest.mark.parametrize("file", ["load.json", "flows.csv", "requests.csv", "resources.csv"])
def test_a_file_that_is_missing_or_no_text_is_told_by_name(tmp_path: Path, file: str) -> None:
    folder = written(tmp_path, load_data(loads.run([loads.record(0, 0)])))
    (tmp_path / file).write_bytes(b"number\xff\xfe\n")
    with pytest.raises(ScenarioInvalid, match=f"{file}.*UTF-8"):
        read_load(folder)
    (tmp_path / file).unlink()
    with pytest.raises(ScenarioInvalid, match=f"{file}: no such file"):
        read_load(folder)


def test_what_is_no_plain_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path, load_data(loads.run(loads.steady(20))))
    monkeypatch.setitem(MOST_BYTES, "requests.csv", 100)
    with pytest.raises(ScenarioInvalid, match=r"requests\.csv: is no plain file of the size"):
        read_load(folder)
    (tmp_path / "flows.csv").unlink()
    os.mkfifo(tmp_path / "flows.csv")
    with pytest.raises(ScenarioInvalid, match=r"flows\.csv: is no plain file"):
        read_load(folder)


def test_names_beyond_measure_are_refused_or_taken_together(tmp_path: Path) -> None:
    record = loads.record(0, 0)
    odd = tuple(replace(record.requests[0], name=f"GET prov.test/{n}") for n in range(MOST_WORDS + 9))
    folder = written(tmp_path, load_data(loads.run([replace(record, requests=odd)])))
    names = read_load(folder).requests.name.words
    assert (len(names), names[-1]) == (MOST_WORDS + 1, TOO_MANY)
    vendors = [replace(one, vendor=f"v-{one.number}") for one in loads.steady(MOST_VENDORS + 1)]
    with pytest.raises(ScenarioInvalid, match=r"flows\.csv: row 202: has more than 200 vendors"):
        read_load(written(tmp_path, load_data(loads.run(vendors))))
    many = [replace(one, participant=f"p-{one.at_s:g}") for one in loads.samples(MOST_PARTICIPANTS + 1, school=0.1)]
    with pytest.raises(ScenarioInvalid, match=r"resources\.csv: row 202: has more than 200 participants"):
        read_load(written(tmp_path, load_data(loads.run([record], many))))


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path, load_data(loads.run(loads.steady(20))))
    monkeypatch.setattr("testbed.runner.load_csv.MOST_ARRIVALS", 19)
    with pytest.raises(ScenarioInvalid, match=r"flows\.csv: line 21: has more than 19 rows"):
        read_load(folder)


def test_parquet_is_left_out_with_a_word_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.runner.load_parquet.find_spec", lambda _: None)
    assert write_parquet(RunFolder.at(tmp_path), load_data(loads.run([]))) == NOT_INSTALLED
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="the extra 'parquet' (pyarrow) is not installed")
def test_parquet_has_what_the_csv_files_have(tmp_path: Path) -> None:
    from pyarrow import parquet  # noqa: PLC0415 - it need not be installed

    data = load_data(loads.run(loads.mixed_up(), loads.samples(9, school=0.5)))
    assert write_parquet(RunFolder.at(tmp_path), data) == ""
    flows, requests, resources = (parquet.read_table(tmp_path / name) for name in NAMES)
    assert tuple(flows.column_names) == FLOW_COLUMNS
    assert (flows.num_rows, requests.num_rows, resources.num_rows) == (600, 1800, 9)
    wrong = flows.slice(99, 1).to_pylist()[0]
    assert (wrong["outcome"], wrong["shown"], wrong["right_s"]) == ("other-person", "elev-0100", None)
    empty = load_data(loads.run([]))
    assert write_parquet(RunFolder.at(tmp_path), empty) == ""
    assert parquet.read_table(tmp_path / NAMES[0]).num_rows == 0


def test_who_is_named_is_named_by_id_alone(tmp_path: Path) -> None:
    folder = written(tmp_path, load_data(loads.run([replace(one) for one in loads.mixed_up()])))
    said = "".join(path.read_text(encoding="utf-8") for path in folder.path.iterdir())
    assert "elev-0100" in said
    assert "norEduPersonNIN" not in said
