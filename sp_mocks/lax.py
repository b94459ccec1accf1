"""What a vendor may be careless about, a field each; the defaults are what a compliant vendor does.

Nothing here is of use to a vendor that does well: these are the mistakes by which cases of certifying are known to see
something (``sp_mocks.unsafe``).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

SKEW = timedelta(seconds=60)
"""How far the clocks of school and vendor may be apart."""

type Check = Literal[
    "audience", "every-audience", "no-audience", "recipient", "no-recipient", "destination", "no-destination",
    "issuer", "no-issuer", "issuer-format", "response-issuer", "in-response-to", "response-in-response-to",
    "confirmation-in-response-to", "browser", "replay", "until", "from", "confirmation-until", "no-confirmation-until",
    "confirmation-from", "confirmation-has-from", "session-until", "login-age", "login-time", "conditions",
    "no-conditions", "method", "no-confirmation", "status", "no-status", "version", "instants", "response-id",
    "no-subject", "no-login", "attribute-twice", "scope-end", "user-name", "message-kind",
]  # fmt: skip
"""What a vendor that does well looks at in a response; ``no-x``: that x is there at all."""
type Compare = Literal["exact", "beginning", "end", "slash", "case", "scheme"]
type Reading = Literal["covered", "first", "last", "first-child", "last-child", "any-id", "any-name", "entities"]
"""Which assertion is read once a signature is good: the one that it covers; the first or the last of the message, of
any depth or of the response's own; the one that has the ID in whatever form; of whatever name space; or whatever a
document type declaration makes of it."""
type Fetching = Literal["entities", "includes", "schemas", "styles", "keys", "references", "transforms"]
type Demand = Literal[
    "one-audience", "no-skew", "until", "from", "no-single-use", "no-proxying-rule", "one-confirmation",
    "response-issuer", "one-signature", "nothing-more", "plain-letters", "names", "short-state", "some-state",
]  # fmt: skip
"""What a vendor may not demand of a valid response."""
type Unread = Literal["index", "until", "destination", "issuer", "age", "name", "key", "signature"]
"""What a vendor does not look at in a request to log out."""


@dataclass(frozen=True, slots=True)
class Lax:
    """How careless one vendor is."""

    signatures: Literal["required", "if-there", "ignored", "any-good", "digest-alone", "value-alone"] = "required"
    keys: Literal["published", "of-the-message", "by-name", "by-key-name", "any-school"] = "published"
    weak_signatures: bool = False
    weak_digests: bool = False
    secrets: Literal["none", "whole", "cut-short"] = "none"
    """Whether it takes an HMAC whose secret is the school's certificate."""
    any_reference: bool = False
    any_transform: bool = False
    signed_infos: Literal["one", "first", "last"] = "one"
    digests: Literal["own", "comment", "anywhere", "void"] = "own"
    """Where it reads the digest that a Reference states."""
    reading: Reading = "covered"
    merges: Literal["no", "first", "last"] = "no"
    """Attributes of all assertions are taken together; of one that stands twice the first or the last."""
    parts: Literal["within", "first", "last"] = "within"
    """Subject and attributes are looked for in the whole message."""
    texts: Literal["whole", "first", "last", "without-cdata", "visible"] = "whole"
    """What it reads of a value that something divides."""
    account: Literal["attribute", "name-id"] = "attribute"
    """What it knows people by; a NameID is no mistake, and lets others be seen."""
    doctypes: Literal["refused", "taken", "dropped"] = "refused"
    """``dropped``: entities are nothing where a value is read."""
    opens_unsigned: bool = False
    """An assertion that was encrypted need not be signed."""
    fetches: Fetching | None = None
    bombs: Literal["none", "entities", "sizes"] = "none"
    overlooks: Check | None = None
    compares: Compare = "exact"
    skew: timedelta = SKEW
    unreadable_times: bool = False
    demands: Demand | None = None
    open_redirect: bool = False
    script_in_state: bool = False
    markup: Literal["escaped", "in-messages", "in-values"] = "escaped"
    shows_all: bool = False
    """Attributes that it did not ask for."""
    fixed_session: bool = False
    cookie_lacks: Literal["", "secure", "http-only", "same-site"] = ""
    keeps_session: bool = False
    """A logout removes the cookie, and the session stays."""
    logout_ignores: Unread | None = None

    def looks_at(self, check: Check) -> bool:
        """Whether the vendor looks at this, as it must."""
        return self.overlooks != check

    @property
    def leeway(self) -> timedelta:
        """How far clocks may be apart."""
        return timedelta(0) if self.demands == "no-skew" else self.skew

    @property
    def in_place(self) -> bool:
        """Whether it reads the message itself, and not the octets that a signature covers."""
        careful = Lax(
            fetches=self.fetches, bombs=self.bombs, overlooks=self.overlooks, compares=self.compares, skew=self.skew,
            unreadable_times=self.unreadable_times, demands=self.demands, open_redirect=self.open_redirect,
            script_in_state=self.script_in_state, markup=self.markup, shows_all=self.shows_all,
            fixed_session=self.fixed_session, cookie_lacks=self.cookie_lacks, keeps_session=self.keeps_session,
            logout_ignores=self.logout_ignores, opens_unsigned=self.opens_unsigned,
        )  # fmt: skip
        return self != careful


STRICT = Lax()


def alike(found: str, expected: str, how: Compare) -> bool:
    """Whether two URLs are the same, as carefully as they are compared."""
    match how:
        case "beginning":
            return found.startswith(expected)
        case "end":
            return found.endswith(expected)
        case "slash":
            return found.rstrip("/") == expected.rstrip("/")
        case "case":
            return found.lower() == expected.lower()
        case "scheme":
            return found.partition("://")[2] == expected.partition("://")[2]
        case "exact":
            return found == expected
