"""Bad files: the file, the field, what is wrong and how to mend it."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.files import (
    MAX_WRITTEN,
    ScenarioInvalid,
    dump_people,
    load,
    load_people,
    load_people_of_others,
)
from testbed.model.wording import masked
from testbed.model.written import Agreement, Person, Scenario

AGREEMENT = {
    "id": "a",
    "controller": {"name": "K", "hosts": ["idp.skola.test"]},
    "processor": {"name": "V", "hosts": ["v.test"]},
    "valid": {"from": "2026-01-01", "until": "2027-06-30"},
    "identifier": "shared",
    "data": [{"subjects": ["pupil"], "required": ["mail"]}],
    "protected_identity": "withhold",
}
SCENARIO = {
    "id": "s",
    "title": {"sv": "S", "en": "S"},
    "flow": "login",
    "vendor": "v",
    "expect": {"login": "accepted"},
}


def written(folder: Path, data: object) -> Path:
    path = folder / "file.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def test_a_good_agreement_loads(tmp_path: Path) -> None:
    agreement = load(written(tmp_path, AGREEMENT), Agreement)
    assert agreement.agreed_for("pupil") == {"mail"}
    assert agreement.agreed_for("teacher") == frozenset()


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"protected_identity": None}, "protected_identity", "withhold"),
        ({"colour": "blue"}, "colour", "no agreement has such a field"),
        ({"valid": {"from": "2027-01-01", "until": "2026-01-01"}}, "valid", "'until' lies before 'from'"),
        ({"valid": {"from": "soon", "until": "2026-01-01"}}, "valid.from", "date"),
        ({"data": [{"subjects": ["pupil"], "required": ["shoeSize"]}]}, "data.0.required", "no attribute is called"),
        ({"data": [{"subjects": []}]}, "data.0.subjects", "is empty"),
        ({"processor": {"name": "V", "hosts": ["V.TEST"]}}, "processor.hosts.0", "is no host in lower case"),
    ],
)
def test_a_bad_agreement_names_file_field_and_mend(
    tmp_path: Path, change: dict[str, object], field: str, problem: str
) -> None:
    path = written(tmp_path, AGREEMENT | change)
    with pytest.raises(ScenarioInvalid) as caught:
        load(path, Agreement)
    assert caught.value.file == str(path)
    assert caught.value.field == field
    assert problem in caught.value.problem
    assert "To mend it: " in str(caught.value)


def test_a_missing_field_is_said_to_be_missing(tmp_path: Path) -> None:
    path = written(tmp_path, {name: value for name, value in AGREEMENT.items() if name != "valid"})
    with pytest.raises(ScenarioInvalid, match=r"valid: is missing\. To mend it: add it"):
        load(path, Agreement)


def doubled(form: str) -> bytes:
    """Lines of YAML, each of which holds the one before it twice."""
    return "".join(f"x{n}: &x{n} {form.format(n - 1)}\n" for n in range(1, 40)).encode()


def test_a_sentence_repeats_no_password_and_ends_once(tmp_path: Path) -> None:
    said = ScenarioInvalid(
        tmp_path, "at https://u:s3cret@h.test/x", "no http://s3cret@h.test:1/a@b.", "see ws://a:s3/cret@h"
    )
    assert "s3" not in f"{said}{said.field}{said.problem}{said.mend}"
    assert "https://***@h.test/x" in str(said)
    assert "a@b. To mend it: " in str(said)
    assert masked("http://127.0.0.1:8400/users/anna@skola.test") == "http://127.0.0.1:8400/users/anna@skola.test"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"id: a\nid: b\n", "the key 'id' stands twice"),
        (b"id: [", "line 1"),
        (b"\xff\xfe", "is not UTF-8 at byte 0"),
        (b"", "is empty"),
        (b"- a\n", "has no fields"),
        (b"id: 2026-99-99\n", "month must be in 1..12"),
        (b"retention_days: " + b"9" * 5000, "means nothing in YAML"),
        (b'id: !!int ""\n', "means nothing in YAML"),
        (b"id: !!timestamp x\n", "means nothing in YAML"),
        (b"id: a\0", "is not YAML"),
        (b"a: &a [*a]\n", "grows beyond all measure"),
        (b"a: &a {<<: *a}\n", "grows beyond all measure"),
        (b"!!python/object/apply:os.system ['true']", "could not determine a constructor"),
        (b"[" * 5000, "nested too deep"),
        (b"[" * 500_000, "nested too deep"),
        (b"- " * 300_000, "nested too deep"),
        (b"? " * 300_000, "nested too deep"),
        (b"{a: " * 200_000, "nested too deep"),
        (b"x: &x0 [1, 2]\n" + doubled("[*x{0}, *x{0}]"), "grows beyond all measure"),
        (b"x: &x0 {a: 1}\n" + doubled("{{<<: [*x{0}, *x{0}]}}"), "grows beyond all measure"),
    ],
)
def test_what_is_not_a_document_is_refused_in_words(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioInvalid) as caught:
        load(path, Agreement)
    assert problem in str(caught.value)


def test_a_file_that_is_missing_or_a_folder_or_huge_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(MAX_WRITTEN + 1)
    endless = Path("/dev/zero")
    for path, problem in (
        (tmp_path / "none.yaml", "no such file"),
        (tmp_path, "directory"),
        (huge, "larger than"),
        (endless, "larger than"),
    ):
        with pytest.raises(ScenarioInvalid, match=problem):
            load(path, Agreement)


def test_a_spoiled_scenario_must_name_its_clause_and_expect_refusal(tmp_path: Path) -> None:
    spoil = [{"op": "remove", "xpath": "//saml:Audience"}]
    with pytest.raises(ScenarioInvalid, match="clause"):
        load(written(tmp_path, SCENARIO | {"spoil": spoil, "expect": {"login": "refused"}}), Scenario)
    with pytest.raises(ScenarioInvalid, match="must not log anyone in"):
        load(written(tmp_path, SCENARIO | {"spoil": spoil, "clause": "c"}), Scenario)


def test_people_go_out_and_come_back(tmp_path: Path) -> None:
    people = {
        "elev-0001": Person(id="elev-0001", role="pupil", attributes={"sn": "Öberg", "sisSchoolUnitCode": ("1", "2")})
    }
    path = tmp_path / "people.json"
    path.write_text(dump_people(people), encoding="utf-8")
    assert load_people(path) == people


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[{", "is not JSON"),
        ("{}", "is no list"),
        ('[{"id":"a","role":"pupil"}]', "0.attributes: is missing"),
        ('[{"id":"a","role":"king","attributes":{}}]', "0.role"),
        ('[{"id":"a","role":"pupil","attributes":{}},{"id":"a","role":"pupil","attributes":{}}]', "stands twice"),
    ],
)
def test_bad_people_files_are_refused_in_words(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "people.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioInvalid) as caught:
        load_people(path)
    assert problem in str(caught.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_data_is_a_document_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    path = tmp_path_factory.mktemp("any") / "x.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ScenarioInvalid):
        load(path, Agreement)


GOOD = {"id": "elev-0001", "role": "pupil", "attributes": {"mail": "ada@skola.test"}}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({**GOOD, "role": None}, "role is not in the form"),
        ({"id": "elev-0002", "attributes": {}}, "role is missing"),
        ({"id": "Elev 2", "attributes": {}}, "id is not in the form that it must have (and 1 more)"),
        ({**GOOD, "id": "elev-0002", "Zsazsa": 1}, "it has a field that no person has"),
        ({**GOOD, "id": "elev-0002", "attributes": {"Zsazsa": "x"}}, "attributes is not what a person has there"),
        ({**GOOD, "id": "elev-0002", "attributes": {"mail": 7}}, "is not what a person has there"),
        (GOOD, "the id is that of somebody before"),
        ("Zsazsa", "it is not what a person has there"),
        (None, "it is not what a person has there"),
    ],
)
def test_one_person_who_cannot_be_read_costs_nobody_else(tmp_path: Path, entry: object, said: str) -> None:
    path = tmp_path / "people.json"
    path.write_text(json.dumps([GOOD, entry, {**GOOD, "id": "elev-0003"}]), encoding="utf-8")
    people, lines = load_people_of_others(path)
    assert list(people) == ["elev-0001", "elev-0003"]
    (line,) = lines
    assert line.startswith("people.json: person 2 was left out: ")
    assert said in line
    assert "zsazsa" not in line.casefold()


@pytest.mark.parametrize("text", ["", "{", "{}", "7", "[]", "[1]", "9" * 5000, "[" * 100_000])
def test_a_file_of_nobody_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "people.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match="To mend it: "):
        load_people_of_others(path)
