"""``testbed metadata lint`` as people and programs meet it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from testbed.cli import main

ROOT = Path(__file__).parents[3]
EXAMPLES, VECTORS = ROOT / "scenarios" / "metadata", ROOT / "tests" / "vectors" / "metadata"
SCHOOL, SERVICE, MELLON = EXAMPLES / "example-school.xml", EXAMPLES / "example-service.xml", VECTORS / "mellon-http.xml"
OPEN = '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" Name="alla"'


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("testbed.cli.metadata.out", Console(highlight=False, width=400))


class Ended:
    def __init__(self, status: object, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def listed(self) -> Any:
        return json.loads(self.out)


type Lint = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lint:
    def lint(*arguments: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["testbed", "metadata", "lint", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Ended(caught.value.code, said.out, said.err)

    return lint


def aggregate(*files: Path, attributes: str = "") -> Path:
    """An aggregate of these files' entities."""
    entities = (file.read_text(encoding="utf-8").partition("?>\n")[2] or file.read_text() for file in files)
    path = Path("aggregate.xml")
    path.write_text(f"{OPEN}{attributes}>{''.join(entities)}</md:EntitiesDescriptor>", encoding="utf-8")
    return path


def test_the_examples_are_fit(run: Lint) -> None:
    ended = run(SCHOOL, SERVICE)
    assert ended.status == 0
    assert "Entities looked at: 2. Those that break a rule that is enforced: 0." in ended.out


def test_a_broken_one_is_told_with_place_remedy_section_and_day(run: Lint) -> None:
    ended = run(MELLON)
    assert ended.status == 1
    text = " ".join(ended.out.split())
    for said in (
        "urn:leverantor:mellon",
        "/md:EntityDescriptor/md:SPSSODescriptor/md:AssertionConsumerService/@Location",
        "section 3.1.5, enforced from 2026-04-09",
        "not enforced yet",
        "Give an absolute address with https",
    ):
        assert said in text


def test_swedish(run: Lint) -> None:
    ended = run(MELLON, "--swedish")
    assert ended.status == 1
    assert "Ange en fullständig adress med https" in " ".join(ended.out.split())


def test_json_lists_every_entity_clean_ones_too(run: Lint) -> None:
    ended = run(aggregate(SCHOOL, MELLON), SERVICE, "--json")
    assert ended.status == 1
    assert [(one["entity"], one["roles"], bool(one["remarks"])) for one in ended.listed] == [
        ("https://idp.kommun.example/saml/metadata", ["idp"], False),
        ("urn:leverantor:mellon", ["sp"], True),
        ("https://tjanst.example/saml/metadata", ["sp"], False),
    ]
    remark = ended.listed[1]["remarks"][0]
    assert remark["level"] == "error"
    assert remark["of"] == "federation"
    assert remark["section"] == "3.1.6"
    assert remark["enforced"] == "2025-06-16"
    assert remark["problem"].keys() == remark["mend"].keys() == {"sv", "en"}
    assert remark["source"].startswith("https://wiki.federationer.internetstiftelsen.se/")


def test_a_role_alone(run: Lint) -> None:
    both = aggregate(SCHOOL, MELLON)
    assert run(both, "--role", "idp").status == 0
    ended = run(both, "--role", "sp")
    assert ended.status == 1
    assert "Not looked at, for want of the role: 1." in ended.out


def test_warnings_alone_are_fit(run: Lint) -> None:
    text = SERVICE.read_text(encoding="utf-8").replace('xml:lang="en"', 'xml:lang="fi"')
    Path("fi.xml").write_text(text, encoding="utf-8")
    ended = run("fi.xml")
    assert ended.status == 0
    assert "warning" in ended.out


def test_an_aggregate_that_has_expired_is_warned_of(run: Lint) -> None:
    path = aggregate(SERVICE, attributes=' validUntil="2020-01-01T00:00:00Z"')
    ended = run(path, "--json")
    assert ended.status == 0
    frame, entity = ended.listed
    assert (frame["entity"], frame["remarks"][0]["rule"]) == ("alla", "metadata-is-valid-now")
    assert entity["remarks"] == []
    assert "metadata-is-valid-now" in run(path).out


def test_a_large_aggregate_is_counted_whole_and_shown_in_part(run: Lint) -> None:
    path = aggregate(*[SERVICE] * 600, *[MELLON] * 600)
    ended = run(path)
    assert ended.status == 1
    assert "aggregate.xml: 1000 entities" in ended.err
    assert "Entities looked at: 1200. Those that break a rule that is enforced: 600." in ended.out
    assert "3400 more remarks are not shown: --json has them all." in ended.out
    assert len(run(path, "--json").listed) == 1200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not well-formed XML"),
        (b"hello", "is not well-formed XML"),
        (b"<html/>", "which is no SAML metadata"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type declaration"),
        (f"{OPEN}/>".encode(), "holds nothing in the role idp or sp (entities: 0)"),
        (f"{OPEN}><md:EntityDescriptor/></md:EntitiesDescriptor>".encode(), "(entities: 1)"),
        (f"{OPEN}><md:EntityDescriptor>".encode() + b"<md:X/>" * 400_000, "without the end of an entity"),
    ],
)
@pytest.mark.parametrize("option", ["--swedish", "--json"])
def test_bad_input_names_the_file_and_the_mend(run: Lint, content: bytes, said: str, option: str) -> None:
    Path("mine.xml").write_bytes(content)
    ended = run(SERVICE, "mine.xml", option)
    assert ended.status == 2
    assert "mine.xml: " in ended.err
    assert said in ended.err
    assert "To mend it: " in ended.err
    assert ended.out == ""


def test_a_file_that_is_not_there_or_is_a_folder(run: Lint) -> None:
    assert "missing.xml: no such file" in run("missing.xml").err
    Path("folder").mkdir()
    assert "folder: is a directory" in run("folder").err
    assert run().status == 2


def test_metadata_of_another_role_than_asked_is_no_pass(run: Lint) -> None:
    ended = run(SERVICE, "--role", "idp")
    assert ended.status == 2
    assert "holds nothing in the role idp" in ended.err


def test_what_an_entity_calls_itself_is_shown_and_not_obeyed(run: Lint) -> None:
    text = MELLON.read_text().replace("urn:leverantor:mellon", "[red]\x9b31m[/red]")
    Path("mine.xml").write_text(text, encoding="utf-8")
    ended = run("mine.xml")
    assert "[red]\N{REPLACEMENT CHARACTER}31m[/red]" in ended.out
    assert "\x9b" not in ended.out


def test_help_shows_examples(run: Lint) -> None:
    ended = run("--help")
    assert ended.status == 0
    assert "testbed metadata lint aggregate.xml --json" in ended.out
