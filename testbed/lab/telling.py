"""A school's data API tells those who have subscribed of what has changed since they were told."""

from datetime import datetime

from idp.ss12000.app import SchoolData
from idp.ss12000.caller import Caller
from idp.ss12000.roll import BEGINNING
from idp.ss12000.webhooks import Delivery


class Telling:
    """Remembers what each has been told.

    Args:
        data: the school's data API.
    """

    def __init__(self, data: SchoolData) -> None:
        self._data = data
        self._told: dict[str, datetime] = {}

    async def tell(self, caller: Caller, times: int) -> tuple[Delivery, ...]:
        """Tell a caller so many times; says what became of each notice: none is sent where nothing has changed."""
        changes = self._data.roll.changes()
        since = self._told.get(caller.name, BEGINNING)
        delivered = await self._data.notify((caller,), since, times)
        self._told[caller.name] = changes[-1].at if changes else BEGINNING
        return delivered
