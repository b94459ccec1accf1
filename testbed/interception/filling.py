"""Fill in a form of a page that is open in a real browser, and send it."""

import json
from collections.abc import Sequence

from playwright.async_api import Error, Locator

from testbed.wire.browsing import BrowserError

ACTION_MS = 10_000
SUBMITS = "button:not([type]), button[type=submit], input[type=submit], input[type=image]"
FIELDS = "input:not([type=submit]):not([type=button]):not([type=image]):not([type=reset]), select, textarea"
PUT = """(form, [name, value]) => {
  let field = [...form.elements].find((one) => one.name === name && one.type !== "submit");
  if (!field) {
    field = form.ownerDocument.createElement("input");
    field.type = "hidden";
    field.name = name;
    form.append(field);
  }
  field.value = value;
}"""
"""Where a form has no field for it to be seen: a login page shows some of its people only."""


async def send_form(form: Locator, values: Sequence[tuple[str, str]]) -> None:
    """Fill in these values and press the button: the one that stands for a value, else the form's first.

    Raises:
        BrowserError: a field or button is not such that it can be used.
    """
    try:
        button = None
        for name, value in values:
            stands_for_it = form.locator(SUBMITS).and_(form.locator(_with(name, value)))
            if await stands_for_it.count():
                button = stands_for_it.first
            else:
                await _fill(form, name, value)
        if button is None:
            button = await _usual_button(form, {name for name, _ in values})
        if button is None:
            await form.evaluate("(form) => form.requestSubmit()")
        else:
            await button.click(timeout=ACTION_MS, no_wait_after=True)
    except Error as error:
        raise BrowserError(f"a form could not be sent ({error.message.partition(chr(10))[0][:200]})") from error


async def _fill(form: Locator, name: str, value: str) -> None:
    field = form.locator(FIELDS).and_(form.locator(_with(name))).first
    if not await field.count() or not await field.is_visible():
        await form.evaluate(PUT, [name, value])
        return
    match await field.evaluate("(field) => field.type"):
        case "radio" | "checkbox":
            await form.locator(_with(name, value)).first.check(timeout=ACTION_MS)
        case "select-one" | "select-multiple":
            await field.select_option(value, timeout=ACTION_MS)
        case _:
            await field.fill(value, timeout=ACTION_MS)


async def _usual_button(form: Locator, filled: set[str]) -> Locator | None:
    """The first that can be seen, unless it would send another value for what was filled in."""
    for button in await form.locator(SUBMITS).all():
        if await button.is_visible():
            return None if await button.get_attribute("name") in filled else button
    return None


def _with(name: str, value: str | None = None) -> str:
    """A selector of what bears this name, and this value."""
    chosen = f"[name={json.dumps(name, ensure_ascii=False)}]"
    return chosen if value is None else f"{chosen}[value={json.dumps(value, ensure_ascii=False)}]"
