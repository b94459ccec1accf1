"""Negative cases of the exchange of school data as people write them: one call, or one misdeed of the school's side,
and what must be seen afterwards.

Three sides can be tried: a ``receiver`` that schools send rosters (EGIL over SCIM), a ``server`` that vendors fetch
them from, and a ``client`` that fetches them (SS 12000 both). For a receiver and a server a case is a call; for a
client it is a :data:`Trick` of the school's server.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from testbed.model.case import Described, Expect, Level
from testbed.model.operations import Exact
from testbed.model.strict import Bilingual, Id

type ExchangeProtocol = Literal["scim", "ss12000"]
type Side = Literal["receiver", "server", "client"]
type By = Literal["own", "other", "nobody", "stranger", "same-name", "foreign-issuer"]
"""Who calls. ``own``: the one whose honest calls are taken; ``other``: another member of the federation, for its own
data; ``nobody`` shows no certificate, and no token; ``stranger``: a machine that the register of machines does not
know, of an issuer that it does; ``same-name``: the same with a certificate in the name of ``own``; ``foreign-issuer``:
the name of ``own`` on a certificate that somebody issued to themselves."""
type Publication = Literal[
    "honest",
    "new-pin",
    "bad-signature",
    "other-key",
    "other-kid",
    "no-algorithm",
    "other-issuer",
    "expired",
    "without-pin",
    "short-lived",
    "gone",
]
"""What the register of machines publishes. ``honest``: what is so. ``new-pin``: the pin of ``stranger`` is announced as
one of ``own``'s. The next six do the same in a document that nobody may trust: altered after it was signed, signed by
another key of the same name, signed by a key that it brings itself, not signed at all, of another federation, and of
yesterday. ``without-pin``: the pin of ``own`` is withdrawn. ``short-lived``: what is so, to be trusted for seconds
alone. ``gone``: the register gives no answer any more."""
type Need = Literal["tls", "roster"]
"""What the case needs of the lab or of the vendor; without it the case is SKIPPED, and says so. ``tls``: the vendor is
reached by TLS; ``roster``: a page that shows whom it holds."""
type Trick = Literal[
    "told-to-wait",
    "unavailable-once",
    "odd-page-token",
    "page-token-as-address",
    "led-elsewhere",
    "record-twice",
    "cut-in-the-middle",
    "other-content-type",
    "token-no-longer-good",
    "token-service-down-once",
    "more-than-asked",
    "name-as-markup",
    "person-gone",
    "foreign-notice",
    "foreign-notice-with-token",
]
"""What a client that fetches meets once: see :mod:`testbed.certify.exchange.client`."""
type Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "FROB"]


class Body(Exact):
    """What a call sends: a resource with changes, or a text."""

    of: str = ""
    """A resource of the catalogue of templates; "" for none."""
    named: str = ""
    """Its placeholder, where it is not that of its kind: ``person-2``."""
    put: dict[str, JsonValue] = Field(default_factory=dict)
    """By JSON pointer: what stands there instead."""
    drop: tuple[str, ...] = ()
    """JSON pointers of what is left out."""
    json_: JsonValue = Field(default=None, alias="json")
    """A whole document, where no template is meant."""
    text: str | None = None
    """Sent as it stands, where it is no JSON."""
    filler: int = Field(default=0, ge=0, le=64 * 1024 * 1024)
    """So many signs stand in ``/displayName``."""
    nested: int = Field(default=0, ge=0, le=1_000_000)
    """So many arrays within one another stand in ``/emails``."""


class Token(Exact):
    """A bearer token that differs from the good one in what stands here."""

    claims: dict[str, JsonValue] = Field(default_factory=dict)
    """null leaves a claim out; a number of seconds in braces, ``{now-60}``, is a time."""
    header: dict[str, JsonValue] = Field(default_factory=dict)
    signed: Literal["service", "other-key", "brings-its-key", "nobody", "public-key-as-secret"] = "service"
    of: Literal["own", "other"] = "own"
    """For whom it was made."""


class Call(Exact):
    """One request; placeholders in braces are filled in everywhere."""

    by: By = "own"
    method: Method = "GET"
    path: str
    query: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    body: Body | None = None
    media_type: str = ""
    """"": that of the protocol."""
    token: Token | None = None
    """For servers: None is the caller's good token."""
    all_pages: bool = False
    """The following pages are asked for too, and all of them are the answer."""
    keep: dict[str, str] = Field(default_factory=dict)
    """Placeholder to the JSON pointer of the answer that fills it for what follows."""


class Then(Exact):
    """What must be seen; ids and texts with placeholders."""

    holds: tuple[str, ...] = ()
    """Resources that the vendor must still hold."""
    lacks: tuple[str, ...] = ()
    """Resources that it must not hold: neither in a list nor by itself nor on its page."""
    shows: tuple[str, ...] = ()
    """Texts that must stand where it shows what it holds."""
    hides: tuple[str, ...] = ()
    """Texts that must not."""
    page_hides: tuple[str, ...] = ()
    """Markup that must not stand on the vendor's page as it was sent."""
    says: tuple[str, ...] = ()
    """Texts that must stand in the answer itself."""
    at: dict[str, str] = Field(default_factory=dict)
    """JSON pointer of the answer to the text that must stand there."""
    silent: tuple[str, ...] = ()
    """Texts that must not: names of pupils in an error, another school's resource in a list."""
    answers: tuple[int, ...] = ()
    """The only right status codes; none named: any of the kind that is expected."""
    problem: bool = False
    """The answer is an error in the protocol's own form."""
    members: dict[str, str] = Field(default_factory=dict)
    """Group to the person who must be in it no longer."""


class ExchangeCase(Described):
    """One case, whole."""

    protocol: ExchangeProtocol
    side: Side
    needs: tuple[Need, ...] = ()
    weak_tls: bool = False
    """Nothing is called: a connection by TLS 1.1 is tried."""
    published: tuple[Publication, ...] = ()
    """What the register publishes one after the other before the call; the vendor has read each."""
    outlived: bool = False
    """The call comes when the last good publication has expired."""
    first: tuple[Call, ...] = ()
    """Honest calls before it, which must be taken."""
    call: Call | None = None
    trick: Trick | None = None
    holding: bool = False
    """Of a client: it holds the whole roster already when it meets the trick."""
    then: Then = Field(default_factory=Then)
    exhausts: bool = False
    """It may leave the vendor weak: it comes last, with a twin of its own."""

    @property
    def message(self) -> str:
        """What is sent that is wrong, in a word; see :attr:`testbed.model.case.Case.message`."""
        return "call" if self.call else "answer"


class OneExchangeCase(Exact):
    """A case in the file of its subject, which says what all its cases share."""

    id: Id
    title: Bilingual
    harm: Bilingual | None = None
    clause: str = ""
    level: Level | None = None
    expect: Expect | None = None
    needs: tuple[Need, ...] | None = None
    references: tuple[str, ...] | None = None
    mend: Bilingual | None = None
    weak_tls: bool = False
    published: tuple[Publication, ...] = ()
    outlived: bool = False
    first: tuple[Call, ...] | None = None
    call: Call | None = None
    trick: Trick | None = None
    holding: bool = False
    then: Then | None = None
    exhausts: bool = False


class ExchangeSubject(Exact):
    """One file of cases."""

    id: Id
    """The ids of its cases begin with it."""
    protocol: ExchangeProtocol
    side: Side
    catalogue: str = Field(pattern=r"^E[0-9]{2}$")
    title: Bilingual
    harm: Bilingual
    clause: str
    level: Level = "MUST"
    expect: Expect = "reject"
    needs: tuple[Need, ...] = ()
    references: tuple[str, ...] = ()
    mend: Bilingual | None = None
    first: tuple[Call, ...] = ()
    call: Call | None = None
    """Where all cases make the same call."""
    then: Then = Field(default_factory=Then)
    cases: Annotated[tuple[OneExchangeCase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _cases_can_be_carried_out(self) -> Self:
        names = [case.id for case in self.cases]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"more than one of its cases is called {sorted(twice)[0]}")
        for case in self.cases:
            if (self.side == "client") != (case.trick is not None):
                raise ValueError(f"{case.id}: 'trick' goes with the side client, which cannot do without it")
            calls = case.call is not None or self.call is not None or case.weak_tls
            if (self.side == "client") == calls:
                raise ValueError(f"{case.id}: 'call' goes with the sides receiver and server")
        return self

    def compiled(self) -> tuple[ExchangeCase, ...]:
        """Its cases, each with what it shares with the others; ids are ``scim-caller-stranger``."""
        return tuple(self._whole(one) for one in self.cases)

    def _whole(self, one: OneExchangeCase) -> ExchangeCase:
        return ExchangeCase(
            id=f"{self.protocol}-{self.id}-{one.id}",
            protocol=self.protocol,
            side=self.side,
            catalogue=self.catalogue,
            subject=self.title,
            title=one.title,
            harm=one.harm or self.harm,
            clause=one.clause or self.clause,
            level=one.level or self.level,
            expect=one.expect or self.expect,
            needs=self.needs if one.needs is None else one.needs,
            references=self.references if one.references is None else one.references,
            mend=one.mend or self.mend,
            weak_tls=one.weak_tls,
            published=one.published,
            outlived=one.outlived,
            first=self.first if one.first is None else one.first,
            call=one.call or self.call,
            trick=one.trick,
            holding=one.holding,
            then=one.then or self.then,
            exhausts=one.exhausts,
        )
