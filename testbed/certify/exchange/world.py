"""What certifying an exchange stands on: callers with certificates and tokens, the register of machines, a listener."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from testbed.certify.world import Listener
from testbed.model.exchange_case import By, Publication, Token, Trick
from testbed.model.strict import Bilingual


@dataclass(frozen=True, slots=True)
class Question:
    """A request that a vendor that fetches has made."""

    at_s: float
    """When, by a clock that only goes on."""
    method: str
    path: str
    status: int
    """Of the answer; 0 where there was none."""
    authorised: bool = False
    """It carried a bearer token."""
    tricked: bool = False
    """Its answer was not what it ought to be."""
    told_to_wait_s: float = 0.0
    gave_page_token: bool = False
    """Its answer had one: there is a following page."""
    carried_page_token: bool = False
    page_token_changed: bool = False
    """It carried a page token that nobody has given it."""


class ClientWorld(Protocol):
    """Everything outside of a vendor that fetches: the school's servers above all, which can be made to misbehave."""

    @property
    def roster(self) -> str:
        """The page that shows whom the vendor holds."""

    @property
    def can_restart(self) -> bool:
        """Whether :meth:`restart` makes the vendor begin anew; a vendor that it does not goes on with what it holds."""

    @property
    def elsewhere_is_near(self) -> bool:
        """Whether the vendor could reach the host that it has no reason to call, which stands on this machine alone."""

    @property
    def fell(self) -> Bilingual | None:
        """How the vendor's process has ended since :meth:`play`, where it has."""

    @property
    def people(self) -> Mapping[str, Mapping[str, str]]:
        """Whom the school has told the vendor of, by id: what may identify them, by the name of the field."""

    @property
    def gone(self) -> Sequence[str]:
        """Ids of those whom the school has taken back since :meth:`play`."""

    async def restart(self) -> None:
        """The vendor begins anew and holds nobody, where the testbed can make it."""

    async def fetch(self) -> None:
        """Have the vendor fetch, and wait until it has.

        Raises:
            NotToBeSeen: it cannot be made to.
        """

    def play(self, trick: Trick | None) -> None:
        """The school misbehaves so once from now on; None: it does well. What was asked before is forgotten."""

    def asked(self) -> tuple[Question, ...]:
        """What reached the school's servers since :meth:`play`."""

    def elsewhere(self) -> tuple[Question, ...]:
        """What reached a host that no vendor has a reason to call, since then."""

    async def forge_notice(self, *, with_token: bool) -> None:
        """Call the vendor's webhook without being the school, and wait as long as a fetch takes to begin.

        Args:
            with_token: by a machine that the register does not know, which shows the token by which the school tells
                another vendor; else without certificate and token.

        Raises:
            NotToBeSeen: it has subscribed to nothing.
        """

    async def page(self, url: str) -> str | None:
        """What stands on a page of the vendor's; None where it gives none, from which nothing can be concluded. See
        :func:`testbed.certify.exchange.pages.page_at`."""


type Nudge = Callable[[], Awaitable[object]]
"""Makes the vendor look at who calls."""


class ExchangeWorld(Protocol):
    """Everything outside of the vendor."""

    @property
    def base(self) -> str:
        """Where the vendor's endpoints are, without a slash at the end."""

    @property
    def roster(self) -> str:
        """The page that shows whom the vendor holds; "" where there is none."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What everybody knows and cases may name: ``entity`` and ``certificate`` of ``own``, say."""

    @property
    def listener(self) -> Listener:
        """Waits for vendors that fetch what a call names."""

    @property
    def listener_is_near(self) -> bool:
        """Whether the vendor could reach the listener, which stands on this machine alone."""

    @property
    def has_tls(self) -> bool:
        """Whether the vendor is reached by TLS."""

    @property
    def may_exhaust(self) -> bool:
        """Whether calls that want to use up the vendor may be sent."""

    def now(self) -> datetime:
        """The time at which the vendor is, in aware UTC."""

    def caller(self, by: By) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """A client whose connections show what this caller has to show."""

    def token(self, by: By, change: Token | None) -> str:
        """The bearer token that a caller sends to a data API, changed so; "" for one that sends none."""

    async def page(self, url: str) -> str | None:
        """What stands on a page of the vendor's; None where it gives none, from which nothing can be concluded. See
        :func:`testbed.certify.exchange.pages.page_at`."""

    async def publish(self, what: Publication) -> None:
        """The register of machines publishes this from now on."""

    async def until_read(self, nudge: Nudge) -> bool:
        """Wait until the vendor has asked the register since :meth:`publish`; False where it does not in time."""

    async def until_expired(self) -> None:
        """Wait until what was published as ``short-lived`` must not be trusted any more."""

    async def weak_tls(self) -> str:
        """Try to connect by TLS 1.1; the version that was agreed, "" where the vendor would not.

        Raises:
            NotToBeSeen: this machine cannot speak it.
        """
