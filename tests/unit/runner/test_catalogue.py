"""The catalogue holds what the project and people wrote, and refuses what does not fit together."""

from pathlib import Path

import pytest

from testbed.model.files import ScenarioInvalid
from testbed.runner.catalogue import load_catalogue

SCENARIO = """
id: {id}
title: {{sv: S, en: S}}
flow: login
vendor: {vendor}
expect: {{login: accepted}}
"""


def scenario_file(folder: Path, name: str, vendor: str = "reading-service") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(SCENARIO.format(id=name, vendor=vendor), encoding="utf-8")
    return path


def test_the_project_s_own_catalogue_holds_together() -> None:
    known = load_catalogue()
    assert known.named(["tour"])
    assert {scenario.vendor for scenario in known.scenarios.values()} <= set(known.vendors)


def test_suites_and_scenarios_are_named_each_once_in_order() -> None:
    known = load_catalogue()
    first = known.suites["tour"].scenarios[0]
    assert [s.id for s in known.named([first, "tour"])] == list(known.suites["tour"].scenarios)


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ScenarioInvalid, match=r"nonsense: is neither a suite nor a scenario.*tour"):
        load_catalogue().named(["nonsense"])


def test_a_folder_and_a_file_of_one_s_own_are_added(tmp_path: Path) -> None:
    scenario_file(tmp_path / "mine" / "login", "in-folder")
    single = scenario_file(tmp_path, "single")
    known = load_catalogue([tmp_path / "mine"], [single])
    assert {"in-folder", "single"} <= set(known.scenarios)
    assert known.sources[("scenario", "single")] == single


def test_an_id_that_stands_twice_names_both_files(tmp_path: Path) -> None:
    first = scenario_file(tmp_path / "mine" / "login", "twice")
    second = scenario_file(tmp_path, "twice")
    with pytest.raises(ScenarioInvalid) as caught:
        load_catalogue([tmp_path / "mine"], [second])
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)


def test_a_reference_to_nothing_names_the_file_and_the_field(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, "lost", vendor="no-such-vendor")
    with pytest.raises(ScenarioInvalid, match="vendor: nothing is called 'no-such-vendor'") as caught:
        load_catalogue([], [path])
    assert caught.value.file == str(path)


@pytest.mark.parametrize(
    ("also", "said"),
    [
        ("[no-such-vendor]", r"also\.0: nothing is called 'no-such-vendor'"),
        ("[reading-service]", "'also' names the other vendors"),
        ("[national-tests, national-tests]", "'also' names the other vendors"),
    ],
)
def test_other_vendors_must_exist_and_be_others(tmp_path: Path, also: str, said: str) -> None:
    path = scenario_file(tmp_path, "together")
    path.write_text(path.read_text(encoding="utf-8") + f"also: {also}\n", encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match=said):
        load_catalogue([], [path])


SUITE = """
id: mine
title: {{sv: S, en: S}}
every: {{flow: login, vendors: {vendors}}}
"""


def suite_folder(folder: Path, vendors: str) -> Path:
    (folder / "suites").mkdir(parents=True)
    (folder / "suites" / "mine.yaml").write_text(SUITE.format(vendors=vendors), encoding="utf-8")
    return folder


def test_a_suite_of_one_s_own_plays_every_kind(tmp_path: Path) -> None:
    known = load_catalogue([suite_folder(tmp_path, "[reading-service]")])
    assert "mine-reading-service-pupil" in {scenario.id for scenario in known.named(["mine"])}


@pytest.mark.parametrize(
    ("vendors", "said"),
    [("[no-such-vendor]", "every: nothing is called 'no-such-vendor'"), ("[]", "every"), ("faulty", "every")],
)
def test_every_kind_at_no_vendor_is_refused(tmp_path: Path, vendors: str, said: str) -> None:
    with pytest.raises(ScenarioInvalid, match=said):
        load_catalogue([suite_folder(tmp_path, vendors)])


def test_a_made_scenario_must_not_take_a_written_one_s_id(tmp_path: Path) -> None:
    folder = suite_folder(tmp_path, "[reading-service]")
    scenario_file(folder / "login", "mine-reading-service-pupil")
    with pytest.raises(ScenarioInvalid, match="makes a scenario 'mine-reading-service-pupil'"):
        load_catalogue([folder])


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioInvalid, match="is not a folder"):
        load_catalogue([tmp_path / "nothing"])
