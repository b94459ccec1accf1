"""What Chromium alone tells: messages of WebSockets, and what made the browser send something."""

from datetime import UTC, datetime
from typing import Any

import pytest

from testbed.interception import har_chromium
from testbed.interception.har_chromium import frames_in, is_web_address, led_by, messages_of
from testbed.model.wire import Frame, Request

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
HEJ = {"type": "send", "time": NOW.timestamp(), "opcode": 1, "data": "hej"}


def read(messages: Any) -> tuple[list[Frame], list[str]]:
    problems: list[str] = []
    return list(frames_in(messages, NOW, problems)), problems


def test_a_socket_of_which_nothing_is_kept_is_told_from_one_on_which_nothing_was_said() -> None:
    socket, page = Request("GET", "wss://app.test/socket"), Request("GET", "https://app.test/")
    assert read(messages_of({}, socket)) == ([], ["what was said on its WebSocket is not in the capture"])
    assert read(messages_of({"_webSocketMessages": []}, socket)) == ([], [])
    assert read(messages_of({}, page)) == ([], [])


def test_messages_beyond_the_bound_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_chromium, "MAX_FRAMES", 2)
    frames, problems = read([HEJ] * 5)
    assert frames == [Frame(True, NOW, b"hej")] * 2
    assert problems == ["it has more than 2 WebSocket messages, and the rest were left"]


@pytest.mark.parametrize(
    ("url", "web"),
    [
        ("https://app.test/", True),
        ("WSS://app.test", True),
        ("about:blank", False),
        ("https://", False),
        ("//[", False),
    ],
)
def test_an_address_of_the_web(url: str, web: bool) -> None:
    assert is_web_address(url) is web


def test_a_stack_without_end_is_looked_at_for_a_while() -> None:
    stack: dict[str, Any] = {"callFrames": [{"url": "https://app.test/"}]}
    for _ in range(10_000):
        stack = {"callFrames": [{"url": "https://cdn.test/"}] * 3, "parent": stack}
    assert led_by({"type": "script", "stack": stack}) == "cdn.test"


@pytest.mark.parametrize(
    ("initiator", "host"),
    [
        ({"type": "parser", "url": "https://App.test/start", "lineNumber": 1}, "app.test"),
        (
            {
                "type": "script",
                "stack": {
                    "callFrames": [{"url": "https://cdn.test/lib.js"}, {"url": "https://app.test/start"}, {"url": ""}]
                },
            },
            "app.test",
        ),
        (
            {
                "type": "script",
                "stack": {
                    "callFrames": [{"url": "https://cdn.test/lib.js"}],
                    "parent": {"callFrames": [{"url": "https://app.test/start"}]},
                },
            },
            "app.test",
        ),
        ({"type": "other"}, ""),
        ({"type": "script", "stack": "x"}, ""),
        ({"type": "parser", "url": "about:blank"}, ""),
        (7, ""),
    ],
)
def test_who_made_the_browser_send_it(initiator: Any, host: str) -> None:
    assert led_by(initiator) == host
