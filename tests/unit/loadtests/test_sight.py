"""Whose session the pages of a flow show, who is logged out, and whom a vendor holds."""

from typing import Any

import pytest

from loadtests.shown import Faces
from loadtests.sight import HELD, LOGGED_IN, Sight
from testbed.model.pages import SYNC_FORM, Cast, FlowStopped, Form, Page, Submit, Visit
from testbed.model.written import Person, Vendor


def person(name: str, **attributes: Any) -> Person:
    account = {"eduPersonPrincipalName": f"{name}@skola.test"}
    return Person.model_validate({"id": name, "role": "pupil", "attributes": {**account, **attributes}})


ADA, BO = person("ada", mail="ada@elev.skola.test"), person("bo", **{"pairwise-id": ("k7xq", "Zz9")})
MOTHER = person("mother", sisLegalGuardianFor=("ada@skola.test",))
FACES = Faces({one.id: one for one in (ADA, BO, MOTHER)})


def vendor(name: str, **more: Any) -> Vendor:
    described = {
        "id": name,
        "name": name,
        "protocol": "saml",
        "metadata": f"https://{name}.test/metadata",
        "login": f"https://{name}.test/login",
        "probe": {"url": f"https://{name}.test/me"},
    }
    return Vendor.model_validate(described | more)


ONE, TWO = vendor("one"), vendor("two")
ROSTERS = vendor(
    "lists",
    protocol="ss12000",
    metadata="",
    probe=None,
    exchange={"entity_id": "https://lists.test", "roster": "https://lists.test/roster"},
)
ME, ME_TOO = Visit(ONE.probe_url), Visit(TWO.probe_url)


def page(*texts: str, url: str = "https://one.test/me", status: int = 200, forms: tuple[Form, ...] = ()) -> Page:
    document = "".join(f"<p>{text}</p>" for text in texts)
    return Page(url, status, forms=forms, document=document)


def sight(flow: str = "login", who: Person = ADA, **cast: Any) -> Sight:
    return Sight(flow, Cast(vendor=cast.pop("vendor", ONE), person=who, **cast), FACES)


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_the_right_session_is_seen() -> None:
    seen = sight()
    assert seen.take(ME, page("Hello", "ada@skola.test"))
    assert (seen.right, seen.others) == (True, frozenset())


def test_another_s_session_is_seen_at_whichever_look() -> None:
    seen = sight()
    seen.take(ME, page("ada@skola.test"))
    seen.take(ME, page("Hello bo@skola.test"))
    assert (seen.right, seen.others) == (True, {"bo"})


def test_a_page_that_shows_nobody_is_not_right() -> None:
    seen = sight()
    assert seen.take(ME, page("Hello, somebody"))
    assert (seen.right, seen.others, seen.lacking) == (False, frozenset(), LOGGED_IN)


def test_other_pages_are_not_looked_at() -> None:
    seen = sight()
    assert not seen.take(Visit("https://one.test/start"), page("bo@skola.test"))
    assert (seen.right, seen.others) == (False, frozenset())


def test_whom_a_vendor_knows_by_a_name_of_its_own_is_told() -> None:
    seen = sight(who=BO)
    seen.take(ME, page('{"user": "zZ9"}'))
    assert seen.right


def test_a_guardian_may_be_shown_their_child_and_nobody_else_s() -> None:
    seen = sight(who=MOTHER)
    seen.take(ME, page("mother@skola.test", "ada@skola.test"))
    assert (seen.right, seen.others) == (True, frozenset())
    seen.take(ME, page("mother@skola.test", "bo@skola.test"))
    assert seen.others == {"bo"}


def test_a_child_is_not_shown_their_guardian() -> None:
    seen = sight()
    seen.take(ME, page("ada@skola.test", "mother@skola.test"))
    assert seen.others == {"mother"}


# --- logging out ------------------------------------------------------------------------------------------------------


def test_a_vendor_that_still_shows_the_person_has_not_logged_them_out() -> None:
    seen = sight("logout-from-school", also=(TWO,))
    for step in (ME, ME_TOO):
        seen.take(step, page("ada@skola.test"))
    seen.take(ME, page("Log in"))
    with pytest.raises(FlowStopped, match="two still shows the person who has logged out"):
        seen.take(ME_TOO, page("ada@skola.test"))


def test_a_vendor_that_did_not_log_the_person_in_too_is_told_of() -> None:
    seen = sight("logout-from-vendor", also=(TWO,))
    seen.take(ME, page("ada@skola.test"))
    with pytest.raises(FlowStopped, match="two was to have the same person logged in"):
        seen.take(ME_TOO, page("Log in", url="https://two.test/me"))


def test_another_s_session_at_another_vendor_is_seen_though_the_flow_stops() -> None:
    seen = sight("logout-from-vendor", also=(TWO,))
    with pytest.raises(FlowStopped):
        seen.take(ME_TOO, page("bo@skola.test"))
    assert seen.others == {"bo"}


def test_only_where_logging_out_is_what_it_is_about_must_it_have_been_done() -> None:
    seen = sight("login")
    seen.take(ME, page("ada@skola.test"))
    assert seen.take(ME, page("ada@skola.test"))


# --- exchanges --------------------------------------------------------------------------------------------------------

SYNC = Form("https://lists.test/sync", "POST", (), SYNC_FORM)
ROSTER = "https://lists.test/roster"


def test_an_exchange_is_right_when_the_vendor_holds_whom_it_was_told_of() -> None:
    seen = sight("roster", vendor=ROSTERS)
    assert not seen.take(Visit(ROSTER), page("bo@skola.test", url=ROSTER))
    assert (seen.right, seen.lacking) == (False, HELD)
    seen.take(Visit(f"{ROSTER}?page=2"), page("ada@skola.test", url=f"{ROSTER}?page=2"))
    assert (seen.right, seen.others) == (True, frozenset())


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_page_of_an_exchange_that_fails_ends_it(status: int) -> None:
    with pytest.raises(FlowStopped, match=f"answered {status}"):
        sight("push", vendor=ROSTERS).take(Visit(ROSTER), page(url=ROSTER, status=status))


def test_a_vendor_that_the_school_did_not_let_fetch_has_not_done_it() -> None:
    with pytest.raises(FlowStopped, match="did not let the vendor fetch"):
        sight("roster", vendor=ROSTERS).take(Submit(SYNC), page(url="https://lists.test/sync", forms=(SYNC,)))


HOOKED = vendor(
    "hooked",
    protocol="ss12000",
    metadata="",
    probe=None,
    exchange={
        "entity_id": "https://lists.test",
        "roster": ROSTER,
        "fetch": {"url": "https://lists.test/sync", "within_s": 7},
    },
)


def test_a_vendor_that_is_called_may_answer_before_it_has_fetched() -> None:
    seen = sight("roster", vendor=HOOKED)
    assert [seen.may_take_s(step) for step in (Visit(ROSTER), Visit("https://lists.test/login"))] == [7, 0]
    seen.take(Visit(ROSTER), page("ada@skola.test", url=ROSTER))
    assert seen.may_take_s(Visit(ROSTER)) == 0


def test_one_whose_button_is_pressed_has_fetched_when_it_answers() -> None:
    assert sight("roster", vendor=ROSTERS).may_take_s(Visit(ROSTER)) == 0


def test_what_a_hook_answers_says_nothing_of_whether_it_was_let_in() -> None:
    seen = sight("roster", vendor=HOOKED)
    assert not seen.take(Submit(SYNC), page(url="https://lists.test/sync", forms=(SYNC,)))
