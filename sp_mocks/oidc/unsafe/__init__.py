"""How vendors of OpenID Connect let the wrong person in: each fault changes one decision, and names the attacks that
must show it.

None can be seen in honest traffic: a vendor must be handed what it must not believe.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sp_mocks.behaviour import Common
from sp_mocks.faults import Fault
from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.oidc.rules import Belief, Demand, Rules
from sp_mocks.oidc.unsafe.demands import DEMANDS, OTHERS
from sp_mocks.oidc.unsafe.logins import LOGINS
from sp_mocks.oidc.unsafe.pages import PAGES
from sp_mocks.oidc.unsafe.signatures import SIGNATURES
from sp_mocks.oidc.unsafe.tokens import TOKENS
from sp_mocks.oidc.unsafe.words import Words
from testbed.model.written import Bilingual


@dataclass(frozen=True)
class Unsafe[Kind: Common](Fault[Kind]):
    """One misdeed of a vendor that speaks one protocol, which only attacks show."""

    accepts: tuple[str, ...]
    """Patterns of ids of the cases that must show it; no other may."""
    profile: str
    """Of a vendor that all of them mean something for."""


def _fault(name: str, words: Words, apply: Callable[[OidcBehaviour], OidcBehaviour]) -> Unsafe[OidcBehaviour]:
    title = Bilingual(sv=words.sv, en=words.en)
    accepts = tuple(f"oidc-{case}" for case in words.accepts)
    return Unsafe(name, title, frozenset(), apply, accepts, words.profile)


def _believing(belief: Belief) -> Callable[[OidcBehaviour], OidcBehaviour]:
    return lambda behaviour: replace(behaviour, rules=Rules(believed=frozenset({belief})))


def _demanding(demand: Demand) -> Callable[[OidcBehaviour], OidcBehaviour]:
    return lambda behaviour: replace(behaviour, rules=Rules(demanded=frozenset({demand})))


_CHANGES: Mapping[str, Callable[[OidcBehaviour], OidcBehaviour]] = MappingProxyType(
    {
        "does-not-bind-the-code": lambda behaviour: replace(behaviour, binds_code=False),
        "uses-one-state": lambda behaviour: replace(behaviour, constant="state"),
        "uses-one-nonce": lambda behaviour: replace(behaviour, constant="nonce"),
        "uses-one-code-verifier": lambda behaviour: replace(behaviour, constant="code_challenge"),
        "keeps-the-cookie-at-login": lambda behaviour: replace(behaviour, renews_cookie=False),
        "lets-scripts-read-the-cookie": lambda behaviour: _without(behaviour, "http-only"),
        "lets-other-sites-send-the-cookie": lambda behaviour: _without(behaviour, "same-site"),
        "sends-the-cookie-unencrypted": lambda behaviour: _without(behaviour, "secure"),
        "forgets-the-cookie-and-not-the-session": lambda behaviour: replace(behaviour, ends_own_session=False),
        "keeps-everything-it-is-told": lambda behaviour: replace(behaviour, keeps_everything=True),
        "keeps-accounts-under-mail": lambda behaviour: replace(behaviour, account="mail"),
    }
)


def _without(behaviour: OidcBehaviour, flag: str) -> OidcBehaviour:
    return replace(behaviour, cookie_flags=frozenset(one for one in behaviour.cookie_flags if one != flag))


BELIEFS: Mapping[Belief, Words] = MappingProxyType({**SIGNATURES, **TOKENS, **LOGINS, **PAGES})
_ALL = (
    *(_fault(words.name, words, _believing(belief)) for belief, words in BELIEFS.items()),
    *(_fault(words.name, words, _demanding(demand)) for demand, words in DEMANDS.items()),
    *(_fault(words.name, words, _CHANGES[words.name]) for words in OTHERS),
)
OIDC_UNSAFE: Mapping[str, Unsafe[OidcBehaviour]] = MappingProxyType({fault.id: fault for fault in _ALL})
