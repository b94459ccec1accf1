"""Moments and days as requests write them (RFC 3339)."""

import re
from datetime import UTC, date, datetime

from idp.ss12000.errors import bad

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+ -]\d\d:\d\d)\Z", re.ASCII)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


def moment(text: str) -> datetime:
    """The moment, in UTC; the first or the last that there is, where it would be beyond.

    A plus that was not percent-encoded comes as a space, and is taken for what was meant.

    Raises:
        Problem: it is none.
    """
    if not (found := _MOMENT.match(text)):
        raise bad("a moment is written as RFC 3339 has it")
    day, hour, fraction, offset = found.groups()
    zone = "+00:00" if offset in "Zz" else offset.replace(" ", "+")
    try:
        written = datetime.fromisoformat(f"{day}T{hour}.{(fraction or '0')[:6]:0<6}{zone}")
    except ValueError as error:
        raise bad("a moment is one that there is") from error
    try:
        return written.astimezone(UTC)
    except OverflowError:
        # NOTE: in UTC it would be in the year 0 or 10000: before everything, or after it.
        return _FIRST if written.year == _FIRST.year else _LAST


def day(text: str) -> date:
    """The day.

    Raises:
        Problem: it is none.
    """
    try:
        return date.fromisoformat(text) if _DAY.match(text) else _no_day()
    except ValueError as error:
        raise bad("a day is one that there is") from error


def _no_day() -> date:
    raise bad("a day is written as RFC 3339 has it")
