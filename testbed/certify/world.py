"""What certifying stands on: browsers, the school's control API, and a place that tells who has called."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from testbed.interception.browser import Browser
from testbed.model.calls import Call
from testbed.model.forgery import Made
from testbed.model.orders import AnyOrder
from testbed.model.written import Vendor


class Listener(Protocol):
    """Answers on loopback, so that a vendor that fetches what a message names is found out."""

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""

    def calls(self) -> tuple[Call, ...]:
        """What came since the last time that this was asked."""


class World(Protocol):
    """Everything outside of the vendor."""

    @property
    def school(self) -> str:
        """The school's address: scheme, host and port."""

    @property
    def second_school(self) -> bool:
        """Whether there is one, whose name and keys forged messages can bear."""

    @property
    def may_exhaust(self) -> bool:
        """Whether messages that want to use up the vendor may be sent."""

    @property
    def listener_is_near(self) -> bool:
        """Whether the vendor could reach the listener, which stands on this machine alone."""

    @property
    def can_restart(self) -> bool:
        """Whether the vendor is started by the testbed: see :meth:`restart`."""

    async def restart(self, vendor: Vendor) -> None:
        """The vendor is started anew, and remembers nothing of the school.

        Raises:
            ParticipantUnavailable: it did not come up.
        """

    @property
    def listener(self) -> Listener:
        """Waits for vendors that fetch."""

    def browser(self) -> AbstractAsyncContextManager[Browser]:
        """A fresh browser, without cookies."""

    async def ask(self, order: AnyOrder) -> None:
        """The school does as it is asked from now on.

        Raises:
            ParticipantUnavailable: it does not answer, or does not take the order.
        """

    async def made(self) -> tuple[Made, ...]:
        """The school's account of the messages that were ordered, since the last time that this was asked.

        Raises:
            ParticipantUnavailable: it does not answer.
        """

    async def metadata(self, vendor: Vendor) -> bytes:
        """The SAML metadata of a vendor.

        Raises:
            ValueError: it cannot be had, or is none; says why.
        """

    async def date_at(self, url: str) -> datetime | None:
        """What time it is at this server, by the header Date; None where it does not say."""

    async def school_calls(self) -> tuple[Call, ...]:
        """What reached the school since the last time that this was asked.

        Raises:
            ParticipantUnavailable: it does not answer.
        """
