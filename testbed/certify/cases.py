"""All cases, read from files and held to the schema."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from testbed.model.case import Case, Subject
from testbed.model.files import ScenarioInvalid, load


def load_cases(folders: Iterable[Path]) -> tuple[Case, ...]:
    """The cases of every file ``cases/**/*.yaml`` in these folders, by protocol and file name.

    Raises:
        ScenarioInvalid: a file is wrong, or two cases have one id.
    """
    found: dict[str, Case] = {}
    for folder in folders:
        for path in sorted((folder / "cases").glob("**/*.yaml")):
            for case in load(path, Subject).compiled():
                if case.id in found:
                    raise ScenarioInvalid(path, "cases", f"{case.id!r} is a case already", "choose an id of its own")
                found[case.id] = case
    return tuple(found.values())


def chosen(cases: Sequence[Case], names: Sequence[str]) -> tuple[Case, ...]:
    """Those that a name or a pattern such as ``saml-audience-*`` stands for; all where there is no name.

    Raises:
        ScenarioInvalid: a name stands for none.
    """
    if not names:
        return tuple(cases)
    for name in names:
        if not any(fnmatchcase(case.id, name) for case in cases):
            raise ScenarioInvalid("--case", name, "is no case of this protocol", "see 'testbed list cases'")
    return tuple(case for case in cases if any(fnmatchcase(case.id, name) for name in names))
