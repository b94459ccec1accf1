"""What becomes of each field of an agreement: a check holds traffic against it, or no traffic can show it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from testbed.model.written import Agreement

COVERED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "controller.hosts": ("data.released-within-agreement",),
        "processor.entity_ids": ("data.released-within-agreement",),
        "processor.client_ids": ("data.requested-within-agreement",),
        "processor.hosts": ("data.released-within-agreement", "data.no-onward-transfer"),
        "valid.from": ("data.agreement-in-force",),
        "valid.until": ("data.agreement-in-force",),
        "identifier": ("data.identifier-not-correlatable",),
        "data.subjects": ("data.released-within-agreement",),
        "data.required": ("data.released-within-agreement", "data.requested-within-agreement"),
        "data.optional": ("data.released-within-agreement", "data.requested-within-agreement"),
        "data.limits.school_units": ("data.rows-within-agreement",),
        "data.limits.grades": ("data.rows-within-agreement",),
        "recipients.hosts": ("data.no-onward-transfer",),
        "recipients.data": ("data.no-onward-transfer",),
        "protected_identity": ("data.protected-identity-withheld",),
        "security.encrypt_assertion": ("data.encrypted-in-transit",),
    }
)
"""The checks that hold traffic against a field; lists of the file are written without numbers."""

CHECKS_TO_COME = frozenset({"data.rows-within-agreement"})
"""Checks that this version does not have yet: their fields are reported as not yet checked."""


class Unseen(NamedTuple):
    """A field that no traffic can show, and why."""

    field: str
    why: str
    why_sv: str


class NotYetChecked(NamedTuple):
    """A field that traffic could show, and the check that is to come."""

    field: str
    check: str


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


def not_yet_checked(agreement: Agreement) -> tuple[NotYetChecked, ...]:
    """The fields that this agreement fills in and whose check is yet to come."""
    return tuple(
        NotYetChecked(field, check)
        for field in _filled_in(agreement)
        for check in COVERED_BY.get(field, ())
        if check in CHECKS_TO_COME
    )


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
