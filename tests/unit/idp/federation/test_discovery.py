"""The discovery service: the choice goes back to a registered place, and nowhere else whatever is asked."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from testbed.model.pages import SCHOOL_FORM

pytestmark = pytest.mark.anyio
SCHOOL, NEIGHBOUR = "https://idp.skola.test/saml/metadata", "https://idp.granne.test/saml/metadata"
VENDOR, BACK = "https://lasning.test/saml/metadata", "https://lasning.test/choose"
SINGLE = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol:single"
FOREIGN = "inte står i dess metadata"


def question(**changes: str) -> str:
    """A request as a vendor makes it; a change to "" takes the parameter away."""
    named = {"entityID": VENDOR, "return": f"{BACK}?state=7", "returnIDParam": "", "isPassive": "", "policy": ""}
    return f"/ds?{urlencode({name: value for name, value in (named | changes).items() if value})}"


def form_of(page: httpx.Response) -> Any:
    (form,) = html.fromstring(page.text).xpath(f"//form[@id='{SCHOOL_FORM}']")
    return form


async def test_the_page_offers_every_school_and_the_choice_goes_back(lab: Any) -> None:
    page = await lab.ds.get(question())
    assert page.status_code == 200
    form = form_of(page)
    assert form.get("method") == "post"
    assert form.xpath(".//button[@name='entityID']/@value") == [SCHOOL, NEIGHBOUR]
    answer = await lab.ds.post(form.get("action"), data={"entityID": NEIGHBOUR})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{BACK}?state=7&{urlencode({'entityID': NEIGHBOUR})}"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_the_answer_has_the_name_that_the_vendor_asked_for(lab: Any) -> None:
    page = await lab.ds.get(question(returnIDParam="idp", **{"return": BACK}))
    answer = await lab.ds.post(form_of(page).get("action"), data={"entityID": SCHOOL})
    assert answer.headers["location"] == f"{BACK}?{urlencode({'idp': SCHOOL})}"


async def test_without_a_return_the_metadata_s_default_place_is_used(lab: Any, make: SimpleNamespace) -> None:
    inside = make.response("https://lasning.test/a", "1") + make.response(
        "https://lasning.test/b?x=1", "2", 'isDefault="true"'
    )
    lab.network.answers[VENDOR] = make.vendor(inside)
    page = await lab.ds.get(question(**{"return": ""}))
    answer = await lab.ds.post(form_of(page).get("action"), data={"entityID": SCHOOL})
    assert answer.headers["location"] == f"https://lasning.test/b?x=1&{urlencode({'entityID': SCHOOL})}"


async def test_the_query_of_a_registered_place_does_not_count(lab: Any, make: SimpleNamespace) -> None:
    lab.network.answers[VENDOR] = make.vendor(make.response(f"{BACK}?registered=1"))
    assert (await lab.ds.get(question())).status_code == 200


@pytest.mark.parametrize("passive", ["true", "1"])
async def test_a_passive_question_is_answered_at_once_without_a_school(lab: Any, passive: str) -> None:
    answer = await lab.ds.get(question(isPassive=passive))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BACK}?state=7")


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.test/choose",
        "https://lasning.test/",
        "https://lasning.test/choose/",
        "https://lasning.test/choose/../evil",
        "https://lasning.test:444/choose",
        "http://lasning.test/choose",
        "https://lasning.test@evil.test/choose",
        "https://LASNING.test/choose",
        "https://lasning.test/choos%65",
    ],
)
async def test_a_place_that_is_not_registered_gets_a_page(lab: Any, back: str) -> None:
    for passive in ("", "true"):
        answer = await lab.ds.get(question(isPassive=passive, **{"return": back}))
        assert answer.status_code == 400
        assert FOREIGN in answer.text
        assert "location" not in answer.headers
    posted = await lab.ds.post(question(**{"return": back}), data={"entityID": SCHOOL})
    assert posted.status_code == 400
    assert "location" not in posted.headers


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"entityID": ""}, "names no service"),
        ({"entityID": "https://nobody.test"}, "känner inte tjänsten"),
        ({"entityID": SCHOOL}, "känner inte tjänsten"),
        ({"return": "javascript:alert(1)"}, "no web address"),
        ({"return": f"{BACK}#x"}, "no web address"),
        ({"return": f"{BACK}?a=\r\nSet-Cookie: x=1"}, "no web address"),
        ({"return": f"{BACK}?a=å"}, "no web address"),
        ({"return": f"{BACK}?a=<b>"}, "no web address"),
        ({"return": f"//{BACK}"}, "no web address"),
        ({"return": f"{BACK}?{'a' * 5000}"}, "no web address"),
        ({"return": f"{BACK}?entityID=https://evil.test"}, "holds the parameter of the answer already"),
        ({"return": f"{BACK}?%65ntityID=x"}, "holds the parameter of the answer already"),
        ({"returnIDParam": "state"}, "holds the parameter of the answer already"),
        ({"returnIDParam": "a&b"}, "no plain name"),
        ({"returnIDParam": "a" * 101}, "no plain name"),
        ({"isPassive": "perhaps"}, "neither true nor false"),
        ({"policy": "urn:x"}, "a policy that this discovery service does not have"),
        ({"x": "y" * 17_000}, "too large"),
    ],
)
async def test_a_question_that_is_not_in_order_gets_a_page(lab: Any, changes: dict[str, str], cause: str) -> None:
    answer = await lab.ds.get(question(**changes))
    assert answer.status_code == 400
    assert cause in answer.text
    assert "location" not in answer.headers
    assert "Traceback" not in answer.text


async def test_the_one_policy_there_is_may_be_named(lab: Any) -> None:
    assert (await lab.ds.get(question(policy=SINGLE))).status_code == 200


async def test_a_parameter_that_stands_twice_gets_a_page(lab: Any) -> None:
    answer = await lab.ds.get(f"{question()}&return={BACK}")
    assert answer.status_code == 400


async def test_a_vendor_that_names_no_place_gets_no_answer(lab: Any, make: SimpleNamespace) -> None:
    lab.network.answers[VENDOR] = make.vendor("")
    for back in ("", BACK):
        answer = await lab.ds.get(question(**{"return": back}))
        assert answer.status_code == 400
        assert FOREIGN in answer.text


async def test_a_registered_place_that_no_header_can_hold_is_not_used(lab: Any, make: SimpleNamespace) -> None:
    lab.network.answers[VENDOR] = make.vendor(make.response("https://lasning.test/å b"))
    answer = await lab.ds.get(question(isPassive="true", **{"return": ""}))
    assert answer.status_code == 400


@pytest.mark.parametrize("chosen", ["", VENDOR, "https://evil.test", f"{SCHOOL}&x", SCHOOL.upper()])
async def test_only_a_school_of_the_federation_can_be_chosen(lab: Any, chosen: str) -> None:
    answer = await lab.ds.post(question(), data={"entityID": chosen})
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_choice_without_bounds_is_refused(lab: Any) -> None:
    answer = await lab.ds.post(question(), content=b"a" * 20_000)
    assert answer.status_code == 413


async def test_search_narrows_the_schools_and_keeps_the_question(lab: Any) -> None:
    page = await lab.ds.get(f"{question(returnIDParam='idp')}&q=GRANN")
    assert form_of(page).xpath(".//button/@value") == [NEIGHBOUR]
    assert "Visar 1 av 2 skolor" in page.text
    (search,) = html.fromstring(page.text).xpath("//form[@role='search']")
    kept = dict(zip(search.xpath(".//input/@name"), search.xpath(".//input/@value"), strict=True))
    assert kept == {
        "entityID": VENDOR,
        "return": f"{BACK}?state=7",
        "returnIDParam": "idp",
        "lang": "sv",
        "q": "GRANN",
    }
    nothing = await lab.ds.get(f"{question()}&q=nowhere")
    assert "Ingen skola stämmer" in nothing.text
    assert form_of(nothing).xpath(".//button") == []


async def test_a_vendor_s_words_are_no_markup(lab: Any) -> None:
    page = await lab.ds.get(f"{question()}&q=%22%3E%3Cscript%3E")
    assert "Läsappen &lt;b&gt;" in page.text
    assert "<script" not in page.text


PARAMETERS = st.sampled_from(["entityID", "return", "returnIDParam", "isPassive", "policy", "q", "lang", "x"])
VALUES = st.one_of(
    st.sampled_from([VENDOR, SCHOOL, BACK, "true", "https://evil.test/", "https://lasning.test/choose?", "sv", ""]),
    st.text(max_size=40),
    st.builds(lambda tail: BACK + tail, st.text(max_size=20)),
    st.builds(lambda head: head + BACK, st.text(max_size=10)),
)


@given(pairs=st.lists(st.tuples(PARAMETERS, VALUES), max_size=8), chosen=VALUES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
async def test_nothing_leads_anywhere_but_to_the_vendor_s_place(
    lab: Any, pairs: list[tuple[str, str]], chosen: str
) -> None:
    address = f"/ds?{urlencode(pairs, errors='surrogatepass')}"
    for answer in (await lab.ds.get(address), await lab.ds.post(address, data={"entityID": chosen})):
        assert answer.status_code in (200, 303, 400)
        if answer.status_code == 303:
            location = urlsplit(answer.headers["location"])
            assert (location.scheme, location.netloc, location.path) == ("https", "lasning.test", "/choose")
            assert location.fragment == ""
            answered = [value for values in parse_qs(location.query).values() for value in values]
            assert not answer.request.content or {SCHOOL, NEIGHBOUR} & set(answered) or "isPassive" in address
        else:
            assert "location" not in answer.headers


@given(query=st.binary(max_size=80), body=st.binary(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_octets_of_any_kind_get_a_page(lab: Any, query: bytes, body: bytes) -> None:
    # NOTE: straight to the app, for a client would refuse to send most of it.
    for method, content in (("GET", b""), ("POST", body)):
        status = await _status(lab.federation.discovery, method, query, content)
        assert status == 400


async def _status(app: Any, method: str, query: bytes, body: bytes) -> int:
    scope = {
        "type": "http",
        "method": method,
        "path": "/ds",
        "raw_path": b"/ds",
        "query_string": query,
        "headers": [],
        "scheme": "https",
        "server": ("ds.federation.test", 443),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])
