"""What a vendor believes that it must not, and what it demands that nobody need give: nothing where it does well."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sp_mocks.lax import SKEW

type Belief = Literal[
    "any-signature",
    "alg-none",
    "alg-none-otherwise-written",
    "empty-signature",
    "hmac-by-pem",
    "hmac-by-octets",
    "hmac-by-other-writings",
    "hmac-by-weak-secret",
    "hmac-by-client-secret",
    "any-published-key",
    "key-in-header",
    "certificate-in-header",
    "key-from-address",
    "kid-as-address",
    "kid-as-path",
    "kid-as-query",
    "unknown-key",
    "crit",
    "any-type",
    "claims-in-header",
    "first-of-two",
    "issuer",
    "issuer-beginning",
    "issuer-likeness",
    "audience",
    "audience-among-others",
    "audience-within",
    "audience-likeness",
    "party",
    "expiry",
    "issued",
    "not-before",
    "day-of-leeway",
    "nonce",
    "nonce-left-out",
    "subject-from-userinfo",
    "userinfo",
    "userinfo-likeness",
    "mail-of-token",
    "hash",
    "level",
    "age",
    "state",
    "answer-again",
    "answer-issuer",
    "answer-with-error",
    "access-token-alone",
    "token-type",
    "discovery",
    "plain-http",
    "any-return",
    "return-beginning",
    "logout-event",
    "logout-nonce",
    "logout-of-nobody",
    "logout-of-anybody",
    "logout-unnamed",
    "logout-again",
    "markup",
    "refreshed-token",
]
"""Each is one thing that a compliant vendor checks, or does not look at, and this one takes as it comes."""
type Demand = Literal[
    "typ",
    "at_hash",
    "expires_in",
    "no-leeway",
    "whole-seconds",
    "one-audience",
    "nothing-unknown",
    "nothing-unknown-among-keys",
    "use",
    "bearer-as-written",
    "logout-of-session",
]
"""Each is one thing that the specification leaves to the school."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one vendor goes by."""

    believed: frozenset[Belief] = frozenset()
    demanded: frozenset[Demand] = frozenset()

    def believes(self, *any_of: Belief) -> bool:
        """Whether it takes one of these as it comes."""
        return not self.believed.isdisjoint(any_of)

    def demands(self, what: Demand) -> bool:
        """Whether it wants what need not be."""
        return what in self.demanded

    @property
    def leeway(self) -> timedelta:
        """By which two clocks may be apart."""
        if self.demands("no-leeway"):
            return timedelta(0)
        return timedelta(days=1, hours=-1) if self.believes("day-of-leeway") else SKEW


NO_RULES = Rules()
"""Of a vendor that does well."""
