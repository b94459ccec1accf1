"""The vendor's own login request: what it must have (RFC 9700; SAML Profiles 4.1.4.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from testbed.certify.desk import Desk, NotToBeSeen, Observation
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.pages import FlowStopped
from testbed.model.strict import Bilingual
from testbed.model.written import Vendor

SHORTEST = 16
"""Characters of a value that nobody must guess."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Two requests of one vendor, for two browsers."""

    first: Mapping[str, str]
    second: Mapping[str, str]
    vendor: Vendor


type Rule = Callable[[Requests], bool]
"""Whether the requests are as they must be."""


def _fresh(name: str) -> Rule:
    def rule(requests: Requests) -> bool:
        first, second = requests.first.get(name, ""), requests.second.get(name, "")
        return len(first) >= SHORTEST and first != second

    return rule


def _redirect_uri(requests: Requests) -> bool:
    client = requests.vendor.client
    return client is not None and requests.first.get("redirect_uri") in client.redirect_uris


def _pkce(requests: Requests) -> bool:
    return requests.first.get("code_challenge_method") == "S256" and bool(requests.first.get("code_challenge"))


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "state": _fresh("state"),
        "nonce": _fresh("nonce"),
        "pkce": _pkce,
        "challenge": _fresh("code_challenge"),
        "redirect-uri": _redirect_uri,
        "code-flow": lambda requests: requests.first.get("response_type") == "code",
        "openid-scope": lambda requests: "openid" in requests.first.get("scope", "").split(),
        "signed": lambda requests: bool(requests.first.get("Signature")),
    }
)
"""By the name that a case's ``value`` gives."""


async def request(desk: Desk, case: Case, _: str) -> Observation:
    """Begin two logins in two browsers, and look at what the vendor asks the school."""
    requests = Requests(await _asked(desk), await _asked(desk), desk.vendor)
    if RULES[case.value](requests):
        return Observation(Observed.AS_ASKED)
    names = ", ".join(sorted(requests.first)) or "nothing"
    why = Bilingual(sv=f"Tjänsten frågade med: {names}.", en=f"The vendor asked with: {names}.")
    return Observation(Observed.REQUEST_LACKS, "", why)


async def _asked(desk: Desk) -> Mapping[str, str]:
    """The fields of the request, by redirect or by a form."""
    async with desk.browser() as browser:
        try:
            page = await desk.to_request(browser)
        except FlowStopped as stop:
            raise NotToBeSeen(
                f"Det som skulle tryckas på fanns inte: {stop}", f"What was to be pressed is not there: {stop}"
            ) from stop
        form = next((one for one in page.forms if one.action.startswith(f"{desk.world.school}/")), None)
        if form is not None:
            return dict(form.fields)
        if not page.url.startswith(f"{desk.world.school}/"):
            raise NotToBeSeen(
                "Tjänsten skickade inte webbläsaren till skolan.", "The vendor did not send the browser to the school."
            )
        return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
