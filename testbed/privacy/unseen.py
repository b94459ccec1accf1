"""What becomes of each field of an agreement: a check holds traffic against it, or no traffic can show it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from testbed.model.written import Agreement

_RELEASED, _ROWS, _ONWARD = "data.released-within-agreement", "data.rows-within-agreement", "data.no-onward-transfer"
_REQUESTED, _COMBINATION = "data.requested-within-agreement", "data.no-identifying-combination"
_PROTECTED, _IDENTIFIER = "data.protected-identity-withheld", "data.identifier-not-correlatable"
COVERED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "controller.hosts": (_RELEASED, _ONWARD),
        "processor.entity_ids": (_REQUESTED,),
        "processor.client_ids": (_REQUESTED,),
        "processor.hosts": (_RELEASED, _ONWARD),
        "valid.from": ("data.agreement-in-force",),
        "valid.until": ("data.agreement-in-force",),
        "identifier": (_IDENTIFIER,),
        "data.subjects": (_ROWS,),
        "data.required": (_RELEASED, _REQUESTED, _COMBINATION),
        "data.optional": (_RELEASED, _REQUESTED, _COMBINATION),
        "data.limits.school_units": (_ROWS,),
        "data.limits.grades": (_ROWS,),
        "recipients.hosts": (_ONWARD,),
        "recipients.data": (_ONWARD, _ROWS, _COMBINATION),
        "protected_identity": (_PROTECTED, _IDENTIFIER),
        "security.encrypt_assertion": ("data.encrypted-in-transit",),
    }
)
"""The checks that hold traffic against a field; lists of the file are written without numbers."""


class Unseen(NamedTuple):
    """A field that no traffic can show, and why."""

    field: str
    why: str
    why_sv: str


class Held(NamedTuple):
    """A field that traffic is held against, and the checks that do it."""

    field: str
    checks: tuple[str, ...]


_NAME = ("A name for people to read; traffic carries host names.", "Ett namn för människor; trafiken bär värdnamn.")
_UNSEEN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "id": ("The agreement's own name.", "Avtalets eget namn."),
        "controller.name": _NAME,
        "controller.organisation_number": (
            "Who the controller is in law is not said in any message.",
            "Vem som är ansvarig i lagens mening sägs inte i något meddelande.",
        ),
        "processor.name": _NAME,
        "legal_basis": (
            "Messages do not say by what right they are sent.",
            "Meddelanden säger inte med vilken rätt de skickas.",
        ),
        "data.purpose": (
            "What data is used for once it has arrived is not to be seen on its way.",
            "Vad uppgifter används till när de kommit fram syns inte på vägen dit.",
        ),
        "recipients.name": _NAME,
        "security.tls": (
            "The journal tells whether a connection was encrypted, not by which version of TLS.",
            "Journalen visar om en förbindelse var krypterad, inte med vilken version av TLS.",
        ),
        "retention_days": (
            "Whether data has been deleted cannot be seen from outside.",
            "Om uppgifter har raderats kan inte ses utifrån.",
        ),
    }
)


def unseen_in_traffic(agreement: Agreement) -> tuple[Unseen, ...]:
    """The fields that this agreement fills in and that no traffic can show."""
    return tuple(Unseen(field, *_UNSEEN[field]) for field in _filled_in(agreement) if field in _UNSEEN)


def held_against_traffic(agreement: Agreement) -> tuple[Held, ...]:
    """The fields that this agreement fills in and that checks hold traffic against."""
    return tuple(Held(field, COVERED_BY[field]) for field in _filled_in(agreement) if field in COVERED_BY)


def _filled_in(agreement: Agreement) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_paths("", agreement.model_dump(mode="json", by_alias=True))))


def _paths(path: str, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(path, inner)
    elif value is not None and value != "":
        yield path
