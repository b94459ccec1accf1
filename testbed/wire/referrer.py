"""What a browser says about where a request comes from (W3C Referrer Policy, Fetch)."""

from urllib.parse import urlsplit, urlunsplit

DEFAULT_POLICY = "strict-origin-when-cross-origin"
POLICIES = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "same-origin",
        "origin",
        "strict-origin",
        "origin-when-cross-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    }
)


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def referrer(page: str, target: str, policy: str) -> str:
    """The Referer header for a request that a page makes; "" for none.

    Args:
        page: the page's URL.
        target: where the request goes.
        policy: the page's or the element's; anything unknown is the default.
    """
    parts = urlsplit(page)
    if parts.scheme not in ("http", "https"):
        return ""
    whole = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path or "/", parts.query, ""))
    origin = origin_of(page) + "/"
    same = origin_of(page) == origin_of(target)
    downgrade = parts.scheme == "https" and urlsplit(target).scheme != "https"
    shown: dict[str, str] = {
        "no-referrer": "",
        "no-referrer-when-downgrade": "" if downgrade else whole,
        "same-origin": whole if same else "",
        "origin": origin,
        "strict-origin": "" if downgrade else origin,
        "origin-when-cross-origin": whole if same else origin,
        "strict-origin-when-cross-origin": whole if same else "" if downgrade else origin,
        "unsafe-url": whole,
    }
    return shown[policy if policy in POLICIES else DEFAULT_POLICY]


def origin_header(page: str, target: str, policy: str) -> str:
    """The Origin header of a POST that a page makes (Fetch 3.2): ``null`` where the policy hides the page."""
    if not page:
        return "null"
    hidden = policy == "no-referrer" or (policy == "same-origin" and origin_of(page) != origin_of(target))
    downgrade = urlsplit(page).scheme == "https" and urlsplit(target).scheme != "https"
    strict = policy not in ("unsafe-url", "origin", "origin-when-cross-origin")
    return "null" if hidden or (downgrade and strict) else origin_of(page)
