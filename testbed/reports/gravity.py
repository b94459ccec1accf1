"""Which of several faults is the gravest: by what came of it, and by what somebody needs to make use of it."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from types import MappingProxyType

from testbed.model.case import Case
from testbed.model.certificate import AnyCase, CaseResult, Observed
from testbed.model.exchange_case import ExchangeCase
from testbed.model.forgery import AnswerForgery, SamlForgery, TokenForgery
from testbed.reports.certificate_texts import CASE_VERDICTS

WORST_FIRST = tuple(CASE_VERDICTS)
_CAME: Mapping[Observed, int] = MappingProxyType(
    {
        name: place
        for place, name in enumerate(
            (
                Observed.OTHER_USER,
                Observed.SESSION,
                Observed.SHOWN,
                Observed.TAKEN,
                Observed.HELD,
                Observed.FETCHED,
                Observed.ATTRIBUTE_SHOWN,
                Observed.SESSION_KEPT,
                Observed.REDIRECTED,
            )
        )
    }
)
"""What a case came to, from the most harmful on; what is not here only keeps people out."""
_MEMBERS = frozenset({"own", "other"})
"""Callers whom the register of machines names."""
_TRUSTED = frozenset({"school", "coming", "second"})


class Needed(IntEnum):
    """What an attacker needs."""

    NOTHING = 0
    A_MESSAGE = 1
    """Somebody's genuine message, as anyone with an account gets one."""
    A_TRUSTED_PARTY = 2
    """The school's key or its network, or another service of the federation."""


def needed(case: AnyCase) -> Needed:
    """What an attacker needs for it."""
    return _for_message(case) if isinstance(case, Case) else _for_call(case)


def _for_call(case: ExchangeCase) -> Needed:
    return Needed.A_TRUSTED_PARTY if case.call is None or case.call.by in _MEMBERS else Needed.NOTHING


def _for_message(case: Case) -> Needed:
    match case.forgery:
        case SamlForgery(message="metadata"):
            return Needed.A_TRUSTED_PARTY
        case SamlForgery() as forgery:
            if forgery.covers == () or forgery.key not in _TRUSTED:
                return Needed.NOTHING
            touched = forgery.placed or forgery.after or forgery.document
            return Needed.A_MESSAGE if touched else Needed.A_TRUSTED_PARTY
        case TokenForgery() as forgery:
            return Needed.A_TRUSTED_PARTY if forgery.key in _TRUSTED else Needed.NOTHING
        case AnswerForgery() | None:
            return Needed.A_MESSAGE
        case _:
            return Needed.A_TRUSTED_PARTY


def gravest_first(results: Iterable[CaseResult]) -> tuple[CaseResult, ...]:
    """By verdict, what came of it, what it needs and whether the profile requires it; else in the order of the run."""
    return tuple(sorted(results, key=_gravity))


def _gravity(result: CaseResult) -> tuple[int, int, int, bool]:
    return (
        WORST_FIRST.index(result.verdict),
        _CAME.get(result.observed, len(_CAME)),
        needed(result.case),
        not result.required,
    )
