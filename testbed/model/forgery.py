"""What the school is to make of its next message to a vendor, and its account of what it made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, TypeAdapter, model_validator

from testbed.model.operations import Exact, Operation

type SamlKey = Literal["school", "coming", "stranger", "clone", "second", "secret-pem", "secret-der", "secret-base64"]
"""What signs: the school's key; the one that it will change to; a key that nobody knows; one whose certificate names
the school as its own does; the second school's; the school's public certificate used as the secret of an HMAC."""
type Covered = Literal["assertion", "response"]
"""``response`` is the message itself, also where that is a request to log out or metadata."""
MAX_OVER = 20_000_000
"""Characters that a text may come to when it is written many times over."""


class Replace(Exact):
    """Replace a text of the finished document, which must stand there so many times."""

    op: Literal["replace"]
    text: str
    by: str
    times: int = Field(default=1, ge=1)
    over: int = Field(default=1, ge=1)
    """So many times over the new text is written."""

    @model_validator(mode="after")
    def _stays_within_bounds(self) -> Self:
        if len(self.by) * self.over * self.times > MAX_OVER:
            raise ValueError(f"the new text would come to more than {MAX_OVER} characters")
        return self


class Prolog(Exact):
    """Put text before the root of the finished document."""

    op: Literal["prolog"]
    text: str


type TextOperation = Annotated[Replace | Prolog, Field(discriminator="op")]


class SamlForgery(Exact):
    """A response, a request to log out, or the school's metadata: the valid one, spoiled at four places of its making.

    Metadata is handed to whoever fetches it next, for nobody says who fetches.
    """

    message: Literal["response", "logout-request", "metadata"] = "response"
    before: tuple[Operation, ...] = ()
    """Done before anything is signed: whoever does this holds the school's key, or runs the school."""
    covers: tuple[Covered, ...] | None = None
    """What is signed; None: as the vendor is used to, () nothing."""
    key: SamlKey = "school"
    placed: tuple[Operation, ...] = ()
    """Done once the signatures stand in their places, without values: their own parts can be changed. A digest or a
    signature value that is written here stays as it is written."""
    after: tuple[Operation, ...] = ()
    """Done once all is signed: anyone who gets hold of a message can do it."""
    encrypt: Literal["as-agreed", "after"] = "as-agreed"
    """``as-agreed``: once it is signed, or once others have changed it. ``after``: the assertion that is then first is
    encrypted to the vendor when all else is done, as anyone can."""
    document: tuple[TextOperation, ...] = ()
    """Done on the finished document."""
    packed: bool = False
    """Compressed as the Redirect binding would, though it goes by another."""


JSON_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "{now}": "the time of issue; {now+90} and {now-90} are so many seconds later and earlier",
        "{issuer}": "the school's issuer",
        "{host}": "the same without its scheme",
        "{second}": "the issuer of the second, dishonest school",
        "{client}": "the vendor's client ID",
        "{nonce}": "the nonce of the request that is answered",
        "{state}": "its state",
        "{own:NAME}": "what the school says of the person who logs in: an attribute by canonical name, or sub",
        "{other:NAME}": "what it would say of the other person",
        "{other:code}": "a code that the school gave this vendor in a login of the other person, begun elsewhere",
        "{upper:PLACE}": "what comes in the place of another, {upper:client} say, in capital letters",
        "{jwk:KEY}": "the public key of a TokenKey, as a JSON Web Key",
        "{kid:KEY}": "its name",
        "{certificate:KEY}": "its certificate, in base64",
    }
)
"""What may stand in braces in a value, and what comes in its place. A value that is one place and nothing else keeps
its type: {now+90} is a number there, and {jwk:stranger} an object."""


class SetMember(Exact):
    """Set a member of a JSON object: in its place if it is there already, else behind the others.

    ``path`` leads there by names joined with slashes; ``~1`` is a slash within a name, a number counts in a list, and
    ``-`` is behind the end of one (JSON Pointer, RFC 6901).
    """

    op: Literal["set"]
    path: str
    value: JsonValue


class RemoveMember(Exact):
    """Take a member away, which must be there."""

    op: Literal["remove"]
    path: str


class Twice(Exact):
    """Write a member once more, after all others, with this value: what a parser makes of it differs."""

    op: Literal["twice"]
    path: str
    value: JsonValue


type JsonOperation = Annotated[SetMember | RemoveMember | Twice, Field(discriminator="op")]
"""One change to a JSON object. Values may hold places in braces: see :data:`JSON_PLACES`."""

type TokenKey = Literal[
    "school", "school-other-kind", "coming", "stranger", "second", "none", "empty", "corrupt",
    "secret-pem", "secret-pem-stripped", "secret-pkcs1", "secret-der", "secret-jwk", "secret-modulus",
    "secret-certificate", "secret-openssh", "secret-empty", "secret-known", "client-secret",
    "secret-other-pem", "secret-other-der", "secret-other-jwk", "secret-other-openssh",
]  # fmt: skip
"""What signs a token.

- ``school``: the key that signs for this vendor; ``school-other-kind``: the one that it publishes for the other
  algorithm; ``coming``: the one that it will change to; ``stranger``: a key that nobody knows; ``second``: the second
  school's. The header names the school's key whichever signs, until an operation changes that.
- ``none``: nothing at all, and the header says so; ``empty``: nothing, under an honest header; ``corrupt``: the
  school's key, and then one bit is changed.
- ``secret-...``: an HMAC whose secret is the school's public key as it is written in one of several ways, or is empty,
  or is the word that everybody tries first. ``secret-other-...``: the same with the key that the school publishes for
  the other algorithm, for a vendor finds any published key by its name. ``client-secret``: an HMAC with the secret of
  the client. The header says HS256, or what an operation makes of it, and the HMAC is by that.
"""


class TokenForgery(Exact):
    """An ID token or a logout token."""

    message: Literal["id-token", "logout-token"]
    header: tuple[JsonOperation, ...] = ()
    """Done last: what it says of the key may be untrue. An ``alg`` of the HS family decides how an HMAC is made."""
    claims: tuple[JsonOperation, ...] = ()
    key: TokenKey = "school"
    other: bool = False
    """It speaks of the other person: sub and the claims about the person are theirs."""
    at_once: bool = False
    """The access token that comes with it is the other person's, so that userinfo speaks of them; at_hash fits it."""


class JsonForgery(Exact):
    """A JSON document that the school answers a vendor's server with.

    Whoever fetches ``discovery`` or ``jwks`` does not say which vendor it is: the next one who does gets the
    forged one.
    """

    message: Literal["userinfo", "token-answer", "discovery", "jwks"]
    members: tuple[JsonOperation, ...] = ()
    other: bool = False
    """Userinfo is the other person's, and so is the access token of a token answer."""


class AnswerForgery(Exact):
    """The answer of the authorization endpoint, by way of the browser: each field is a member, and a text."""

    message: Literal["authorization"]
    members: tuple[JsonOperation, ...] = ()


type Forgery = Annotated[
    SamlForgery | TokenForgery | JsonForgery | AnswerForgery,
    Field(discriminator="message"),
]
type MessageKind = Literal[
    "response", "logout-request", "id-token", "logout-token", "userinfo", "token-answer", "discovery", "jwks",
    "metadata", "authorization",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """The school's account of one message that it was asked to make."""

    at: datetime
    party: str
    """Entity ID or client ID of the vendor."""
    message: str
    """A :data:`MessageKind`."""
    document: str
    """As it went out: XML, a compact token, JSON, or a query. Of XML that is larger, the first 256 KiB."""
    said: Mapping[str, tuple[str, ...]]
    """What it states of the person who logged in, by canonical name; ``name-id`` and ``sub`` are the names that the
    protocols have for people."""
    other: Mapping[str, tuple[str, ...]]
    """What the school would state of the other person in the same place."""
    delivered_to: str = ""
    """Where the browser takes it; "" for what a server fetches or is told."""
    fetched: bool = False
    """The vendor's server asked for it by itself."""
    plain: str = ""
    """Of a message with an encrypted assertion: the same before it was encrypted."""


MADE: TypeAdapter[tuple[Made, ...]] = TypeAdapter(tuple[Made, ...])
