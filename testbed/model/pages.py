"""A web page as a person's browser holds it, and the steps that a flow asks the browser to take."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Literal

from testbed.model.breaking import AnyBreaking, Disturbances
from testbed.model.orders import AnyOrder
from testbed.model.written import Agreement, Operation, Person, Vendor

type ResourceKind = Literal["img", "link", "script", "iframe"]


@dataclass(frozen=True, slots=True)
class Form:
    """An HTML form with the values that it would send untouched."""

    action: str
    """Absolute URL."""
    method: Literal["GET", "POST"]
    fields: tuple[tuple[str, str], ...]
    id: str = ""
    auto_submit: bool = False
    """A script of the page sends it as soon as the page has loaded (SAML and OpenID Connect by POST)."""
    buttons: tuple["Button", ...] = ()
    """By which it can be sent."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a form, and the field that is sent when it is pressed."""

    text: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a person can follow."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that the page makes the browser fetch."""

    kind: ResourceKind
    url: str
    referrer_policy: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser shows after the last redirect."""

    url: str
    status: int
    title: str = ""
    text: str = ""
    """The visible text, white space folded."""
    forms: tuple[Form, ...] = ()
    resources: tuple[Resource, ...] = ()
    referrer_policy: str = ""
    links: tuple[Link, ...] = ()
    media_type: str = ""
    document: str = field(default="", repr=False)
    """What came, as text: for whoever looks closer than a person does."""

    def form(self, form_id: str) -> Form | None:
        """The form with this id."""
        return next((form for form in self.forms if form.id == form_id), None)


@dataclass(frozen=True, slots=True)
class Visit:
    """Open a URL as if typed: no Referer."""

    url: str
    stop_before: str = ""
    """As of :class:`Submit`."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Send a form of the page that is open, with some of its values filled in."""

    form: Form
    values: tuple[tuple[str, str], ...] = ()
    stop_before: str = ""
    """Follow no redirect to an address that begins so: the page that is sent bears that address and was not opened. Nor
    is a form sent there that sends itself: the page that bears it is what is sent."""


@dataclass(frozen=True, slots=True)
class ChangeBrowser:
    """Go on in another browser, which has no cookies."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask something of the school through its control API."""

    order: AnyOrder


@dataclass(frozen=True, slots=True)
class Break:
    """Have the lab break something of its own, or mend it."""

    order: AnyBreaking


@dataclass(frozen=True, slots=True)
class Witness:
    """Take a step of which perhaps nothing comes, and write down what the person was shown.

    Where no page could be had, what is sent is one with the status 0, and its text says why.
    """

    step: Visit | Submit


type Step = Visit | Submit | ChangeBrowser | Ask | Break | Witness
type Flow = Generator[Step, Page]
"""A login or an exchange: yields steps, is sent the page that each led to, and never sends anything itself.

An :class:`Ask`, a :class:`Break` or a :class:`ChangeBrowser` leads to the page that was open before it. A flow that
cannot go on raises :class:`FlowStopped`.
"""


class FlowStopped(Exception):
    """The page that came is not one the flow can go on from; the text says what was looked for and what was there."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: everything that a flow may know."""

    vendor: Vendor
    person: Person
    spoil: tuple[Operation, ...] = ()
    also: tuple[Vendor, ...] = ()
    """Other vendors that take part, in the scenario's order."""
    school: str = ""
    """SAML entity id of the person's school, for vendors that ask at a discovery page and for logins that begin at
    school; "" where nobody has said."""
    moves_to: str = ""
    """The code of the school unit that the person changes to during the play, "" for none."""
    agreement: Agreement | None = None
    """Of the vendor."""
    classmates: tuple[Person, ...] = ()
    """Everybody of the person's first class or group, in the order of their ids; the person too."""
    breaks: Disturbances = field(default_factory=dict)
    """What breaks during the login."""


LOGIN_FORM = "testbed-login"
"""The id of the form on the mock school's login page; its field ``person`` takes a person's id."""
STEP_UP_FORM = "testbed-step-up"
"""The id of the form on the school's page that asks for a second factor; sent as it is."""
SCHOOL_FORM = "testbed-choose-school"
"""The id of the form on the discovery page; its field ``entityID`` takes a school's."""
LOGOUT_FORM = "testbed-logout"
"""The id of the form on the school's own page that logs out everywhere; sent as it is."""
ROTATE_FORM = "testbed-rotate"
"""The id of the form on the same page as :data:`SYNC_FORM` that has the vendor show its other key; sent as it is."""
SYNC_FORM = "testbed-sync"
"""The id of the form on a simulated vendor's page for administrators that has it fetch rosters; sent as it is."""
