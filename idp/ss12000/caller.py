"""Who calls the API, as the one who authenticates calls tells it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request

from idp.ss12000.kinds import USUAL
from testbed.model.written import Agreement


class NotAuthenticated(ValueError):
    """The call brings nothing that says who calls, or nothing good; the reason is for the log and for nobody else."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of the API, and what its agreement lets it have."""

    name: str
    """Of the client, the same at every call: page tokens, subscriptions and the rate are kept under it."""
    agreement: Agreement | None
    """None: there is none, and nothing is answered."""
    hosts: frozenset[str] = frozenset()
    """Lower-case hosts of its own, with the port where it is not 443: notices go there and nowhere else."""
    kinds: frozenset[str] = USUAL
    """The resource types that are open to it, by the plural that stands in the path."""


type Authenticate = Callable[[Request], Awaitable[Caller]]
"""Finds out who calls.

Raises:
    NotAuthenticated: nobody can tell.
"""
