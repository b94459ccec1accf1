"""All cases, read from files and held to the schema."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from testbed.model.case import Case, Described, Subject
from testbed.model.exchange_case import ExchangeCase, ExchangeSubject
from testbed.model.files import ScenarioInvalid, load
from testbed.model.vendor import Vendor

OF_EXCHANGE = ("scim", "ss12000")
"""Folders whose files are of the exchange of data; those of all others are of logins."""


def load_cases(folders: Iterable[Path]) -> tuple[Case, ...]:
    """The cases of logins: see :func:`load_every_case`."""
    return tuple(case for case in load_every_case(folders) if isinstance(case, Case))


def load_exchange_cases(folders: Iterable[Path]) -> tuple[ExchangeCase, ...]:
    """The cases of exchanges: see :func:`load_every_case`."""
    return tuple(case for case in load_every_case(folders) if isinstance(case, ExchangeCase))


def load_every_case(folders: Iterable[Path]) -> tuple[Case | ExchangeCase, ...]:
    """The cases of every file ``cases/**/*.yaml`` in these folders, by protocol and file name.

    Raises:
        ScenarioInvalid: a file is wrong, or two cases have one id.
    """
    found: dict[str, Case | ExchangeCase] = {}
    for folder in folders:
        for path in sorted((folder / "cases").glob("**/*.yaml")):
            for case in _in_file(path):
                if case.id in found:
                    raise ScenarioInvalid(path, "cases", f"{case.id!r} is a case already", "choose an id of its own")
                found[case.id] = case
    return tuple(found.values())


def _in_file(path: Path) -> Sequence[Case | ExchangeCase]:
    if path.parent.name in OF_EXCHANGE:
        return load(path, ExchangeSubject).compiled()
    return load(path, Subject).compiled()


def is_for(case: Case | ExchangeCase, vendor: Vendor) -> bool:
    """Whether the case tries what this vendor does: its protocol, and its side of an exchange."""
    if case.protocol != vendor.protocol:
        return False
    if not isinstance(case, ExchangeCase) or case.protocol != "ss12000":
        return True
    serves = vendor.exchange is not None and vendor.exchange.serves is not None
    return case.side == ("server" if serves else "client")


def chosen[One: Described](cases: Sequence[One], names: Sequence[str]) -> tuple[One, ...]:
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
