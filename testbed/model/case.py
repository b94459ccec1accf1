"""Negative cases as people write them: a valid login, and the one thing that is wrong with it.

A file is one subject, as the audience of an assertion; its cases differ in how exactly they get it wrong.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from testbed.model.forgery import Forgery
from testbed.model.operations import Exact
from testbed.model.strict import Bilingual, Id

type LoginProtocol = Literal["saml", "oidc"]
type Expect = Literal["accept", "reject", "never-other-user", "either"]
"""What the vendor must do with it. ``never-other-user``: take it or refuse it, but never show the wrong person.
``either``: take it or refuse it in the words of the protocol, but not break down over it."""
type Level = Literal["MUST", "SHOULD"]
type Manner = Literal[
    "login",
    "unsolicited",
    "again",
    "again-elsewhere",
    "again-after-logout",
    "elsewhere",
    "over-a-session",
    "relay-state",
    "shows",
    "exhaustion",
    "cookie-renewed",
    "cookie-flags",
    "logout-ends",
    "logout-message",
    "request",
    "key-change",
    "fresh-start",
    "return-to",
    "logout-replayed",
    "refresh",
]
"""How it is delivered, and what is looked at.

- ``login``: a login is begun, the school's answer is the forged message, and the probe tells who is logged in.
- ``unsolicited``: nobody asked for it.
- ``again``: the honest message is delivered a second time by the browser that it was for, whose session was dropped;
  ``again-elsewhere``: by another browser; ``again-after-logout``: after a logout.
- ``elsewhere``: begun in one browser and delivered in another.
- ``over-a-session``: the other person is logged in already in the browser that brings it.
- ``relay-state``: with the relay state of ``value``, and the browser must not be led off.
- ``shows``: the text of ``value`` must stand on no page that follows.
- ``exhaustion``: it must be answered in bounded time, and the next login must work.
- ``cookie-renewed``: the session's cookie is not the one that was there before; ``cookie-flags``: what it must bear.
- ``logout-ends``: after a logout at the vendor the old cookies open nothing.
- ``logout-message``: somebody is logged in while the forged logout message comes; rejecting it keeps them logged in.
- ``request``: the vendor's own login request, by the rule that ``value`` names.
- ``key-change``: the school has just changed the key that signs, and publishes both.
- ``fresh-start``: the vendor has just been started, so that it fetches what the school publishes of itself.
- ``return-to``: the login is begun with ``value`` in the vendor's own parameter that says where to go on to
  (``return_param``), and the browser must not be led off. ``{listener}`` and ``{listener-host}`` are a foreign address
  and its host, ``{vendor}`` the vendor's scheme and host.
- ``logout-replayed``: the logout message ended a session; it comes once more when the person has logged in again.
- ``refresh``: somebody is logged in when the vendor refreshes its tokens, and the forged one comes with the new ones.
"""
type Need = Literal[
    "logout",
    "single-logout",
    "back-channel-logout",
    "encryption",
    "second-school",
    "unsolicited-is-off",
    "requests-context",
    "forces-login",
    "https",
    "metadata-fetched",
    "refresh-tokens",
    "refresh-page",
    "sends-nonce",
    "sends-state",
    "asks-for-mail",
    "client-secret",
    "rs256",
    "return-param",
    "started-by-us",
    "says-eppn",
    "says-names",
    "in-the-clear",
]
"""What the vendor must have for the case to mean something; without it the case is SKIPPED, and says so."""


class Described(Exact):
    """What reports tell of a case, whatever it tries."""

    id: Id
    """Unique among all."""
    protocol: str
    catalogue: str = Field(pattern=r"^[SOE][0-9]{2}$")
    """The row of the attack catalogue that it belongs to."""
    subject: Bilingual | None = None
    """What all cases of its file are about."""
    title: Bilingual
    """What is wrong with the message."""
    harm: Bilingual
    """What happens to a pupil or a school when a vendor takes it."""
    clause: str
    """Of the specification that the vendor breaks."""
    level: Level = "MUST"
    expect: Expect = "reject"
    changes: tuple[str, ...] = ()
    """The nodes in which the forged message differs from the valid one, and no others."""
    needs: tuple[str, ...] = ()
    """What the vendor must have for the case to mean something."""
    references: tuple[str, ...] = ()
    """CVE numbers and papers."""
    mend: Bilingual | None = None
    """What the vendor can do."""


class Case(Described):
    """One case of a login, whole."""

    protocol: LoginProtocol
    manner: Manner = "login"
    forgery: Forgery | None = None
    """None: the message is as it must be, and what is wrong is how it is delivered."""
    value: str = ""
    """What the manner needs to know. For ``login``: canonical names of what the message says of whoever logs in though
    it is true of the other person, so that a page may show it."""
    needs: tuple[Need, ...] = ()

    @property
    def message(self) -> str:
        """Which message is forged; "" when none is."""
        return self.forgery.message if self.forgery else ""


class OneCase(Exact):
    """A case in the file of its subject, which says what all its cases share."""

    id: Id
    title: Bilingual
    harm: Bilingual | None = None
    clause: str = ""
    level: Level | None = None
    expect: Expect | None = None
    manner: Manner | None = None
    forgery: Forgery | None = None
    changes: tuple[str, ...] = ()
    value: str = ""
    needs: tuple[Need, ...] | None = None
    references: tuple[str, ...] | None = None


class Subject(Exact):
    """One file of cases."""

    id: Id
    """The ids of its cases begin with it."""
    protocol: LoginProtocol
    catalogue: str = Field(pattern=r"^[SO][0-9]{2}$")
    title: Bilingual
    harm: Bilingual
    clause: str
    level: Level = "MUST"
    expect: Expect = "reject"
    manner: Manner = "login"
    needs: tuple[Need, ...] = ()
    references: tuple[str, ...] = ()
    mend: Bilingual | None = None
    cases: Annotated[tuple[OneCase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _cases_are_told_apart(self) -> Self:
        names = [case.id for case in self.cases]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"more than one of its cases is called {sorted(twice)[0]}")
        return self

    def compiled(self) -> tuple[Case, ...]:
        """Its cases, each with what it shares with the others; ids are ``saml-audience-missing``."""
        return tuple(self._whole(one) for one in self.cases)

    def _whole(self, one: OneCase) -> Case:
        return Case(
            id=f"{self.protocol}-{self.id}-{one.id}",
            protocol=self.protocol,
            catalogue=self.catalogue,
            subject=self.title,
            title=one.title,
            harm=one.harm or self.harm,
            clause=one.clause or self.clause,
            level=one.level or self.level,
            expect=one.expect or self.expect,
            manner=one.manner or self.manner,
            forgery=one.forgery,
            changes=one.changes,
            value=one.value,
            needs=self.needs if one.needs is None else one.needs,
            references=self.references if one.references is None else one.references,
            mend=self.mend,
        )
