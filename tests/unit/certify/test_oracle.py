"""Whose session is open: learned from three pages, and read from any later one."""

import json

import pytest

from testbed.certify.oracle import Oracle, Who, learn
from testbed.model.pages import Page

ADA = {"eduPersonPrincipalName": ("ada@school.test",), "givenName": ("Ada",), "name-id": ("_a",)}
BO = {"eduPersonPrincipalName": ("bo@school.test",), "givenName": ("Bo",), "name-id": ("_b",)}
PROBE = "https://vendor.test/me"


def page(document: str, url: str = PROBE, status: int = 200, kind: str = "text/html") -> Page:
    return Page(url, status, media_type=kind, document=document)


def me(user: str, name: str = "") -> str:
    return (
        f"<body><h1>Me</h1><p>User: <b>{user}</b></p><p>Hello, {name}!</p></body>" if user else "<body><p>-</p></body>"
    )


NOBODY = page(me(""))


@pytest.fixture
def oracle() -> Oracle:
    return learn(NOBODY, (page(me("ada@school.test", "Ada")), ADA), (page(me("bo@school.test", "Bo")), BO))


def test_the_account_decides_before_a_name(oracle: Oracle) -> None:
    assert [slot.says for slot in oracle.slots] == ["eduPersonPrincipalName", "givenName"]
    assert (oracle.slots[1].prefix, oracle.slots[1].suffix) == ("Hello, ", "!")


@pytest.mark.parametrize(
    ("document", "who", "user"),
    [
        (me("ada@school.test", "Ada"), Who.OWN, "ada@school.test"),
        (me("bo@school.test", "Bo"), Who.OTHER, "bo@school.test"),
        (me("cy@school.test", "Cy"), Who.SOMEONE, "cy@school.test"),
        (me("ada", "Ada"), Who.SOMEONE, "ada"),
        (me(""), Who.NOBODY, ""),
    ],
)
def test_a_page_tells_whose_session_it_is(oracle: Oracle, document: str, who: Who, user: str) -> None:
    reading = oracle.read(page(document), ADA, BO)
    assert (reading.who, reading.user) == (who, user)


def test_an_error_page_that_answers_200_elsewhere_is_unclear(oracle: Oracle) -> None:
    reading = oracle.read(page("<p>sorry</p>", "https://vendor.test/error"), ADA, BO)
    assert reading.who is Who.UNCLEAR
    assert "answered 200" in reading.why


def test_a_crash_is_unclear_and_no_refusal(oracle: Oracle) -> None:
    assert oracle.read(page("<p>sorry</p>", status=500), ADA, BO).who is Who.UNCLEAR


def test_the_other_persons_name_beside_the_own_account_is_told(oracle: Oracle) -> None:
    reading = oracle.read(page(me("ada@school.test", "Bo")), ADA, BO)
    assert (reading.who, reading.mixed) == (Who.OWN, ("givenName",))


def test_a_session_without_any_name_is_a_session_all_the_same() -> None:
    def logged_in(user: str) -> str:
        return f"<body><p><b>{user}</b></p><a href='/logout'>Log out</a></body>"

    found = learn(NOBODY, (page(logged_in("ada@school.test")), ADA), (page(logged_in("bo@school.test")), BO))
    assert found.read(page(logged_in("")), ADA, BO).who is Who.SOMEONE
    assert found.read(NOBODY, ADA, BO).who is Who.NOBODY


def test_a_session_without_an_account_but_with_the_others_name_is_theirs(oracle: Oracle) -> None:
    document = "<body><h1>Me</h1><p>User: <b></b></p><p>Hello, Bo!</p></body>"
    assert oracle.read(page(document), ADA, BO).who is Who.OTHER


def test_a_composed_value_shown_whole_is_right_and_cut_short_is_not(oracle: Oracle) -> None:
    whole = "bo@school.test.evil"
    assert oracle.read(page(me(whole)), ADA, BO, {whole}).who is Who.OWN
    assert oracle.read(page(me("bo@school.test")), ADA, BO, {whole}).who is Who.OTHER


def test_the_longest_value_wins() -> None:
    said = {"uid": ("ada",), "eduPersonPrincipalName": ("ada@school.test",)}
    other = {"uid": ("bo",), "eduPersonPrincipalName": ("bo@school.test",)}
    found = learn(NOBODY, (page(me("ada@school.test")), said), (page(me("bo@school.test")), other))
    assert [slot.says for slot in found.slots] == ["eduPersonPrincipalName"]


@pytest.mark.parametrize("both", ["<p>Welcome</p>", "<p>ada@school.test and bo@school.test</p>"])
def test_no_slot_where_both_look_the_same(both: str) -> None:
    assert learn(NOBODY, (page(both), ADA), (page(both), BO)).slots == ()


def test_a_page_that_shows_both_has_a_slot_where_one_place_changes() -> None:
    def listed(user: str) -> str:
        return f"<ul><li>ada@school.test</li><li>bo@school.test</li></ul><p>{user}</p>"

    found = learn(NOBODY, (page(listed("ada@school.test")), ADA), (page(listed("bo@school.test")), BO))
    assert [slot.place for slot in found.slots] == ["/html/body/p"]
    assert found.read(page(listed("bo@school.test")), ADA, BO).who is Who.OTHER


def test_a_name_that_is_new_each_time_is_learned_by_what_was_issued() -> None:
    one, two = (page(json.dumps({"user": name}), kind="application/json") for name in ("_a", "_b"))
    nobody = page('{"user": null}', kind="application/json")
    found = learn(nobody, (one, ADA), (two, BO))
    later = page('{"user": "_c"}', kind="application/json")
    assert found.read(later, {"name-id": ("_c",)}, {"name-id": ("_d",)}).who is Who.OWN
    assert found.read(nobody, ADA, BO).who is Who.NOBODY


def test_an_error_page_in_the_place_of_the_name_names_nobody() -> None:
    def plain(text: str) -> str:
        return f"<body><h1>Me</h1><p>{text}</p></body>"

    found = learn(
        page(plain("-")), (page(plain("ada@school.test")), ADA), (page(plain("bo@school.test")), BO), page(plain("-"))
    )
    assert found.read(page(plain("Forbidden"), status=403), ADA, BO).who is Who.UNCLEAR
    assert found.read(page(plain("cy@school.test")), ADA, BO).who is Who.SOMEONE
    assert found.read(page(plain("-"), status=401), ADA, BO).who is Who.NOBODY


def test_words_above_the_login_page_name_nobody() -> None:
    def login(above: str = "") -> str:
        return f"<body>{above}<div><p>Who are you?</p><a>Log in</a></div></body>"

    def mine(user: str) -> str:
        return f"<body><div><p>{user}</p></div></body>"

    found = learn(
        page(login()), (page(mine("ada@school.test")), ADA), (page(mine("bo@school.test")), BO), page(login())
    )
    assert found.read(page(login("<div><p>Login refused</p></div>")), ADA, BO).who is Who.NOBODY
    assert found.read(page(mine("cy@school.test")), ADA, BO).who is Who.SOMEONE


def test_a_page_that_nobody_has_seen_before_is_no_refusal(oracle: Oracle) -> None:
    new = "<body><h2>Welcome, new user</h2><form><input value='bo@school.test'></form></body>"
    assert oracle.read(page(new), ADA, BO).who is Who.UNCLEAR


@pytest.mark.parametrize(
    ("later", "who"),
    [
        ({"user": None}, Who.NOBODY),
        ({"user": None, "error": "refused"}, Who.NOBODY),
        ({"error": "no place for bo@school.test"}, Who.UNCLEAR),
        ({"account": {"user": "bo@school.test"}}, Who.UNCLEAR),
    ],
)
def test_a_page_that_says_nothing_to_nobody_is_nobodys_unless_it_names_a_person(
    later: dict[str, object], who: Who
) -> None:
    one, two = (page(json.dumps({"user": f"{name}@school.test"}), kind="application/json") for name in ("ada", "bo"))
    nobody = page('{"user": null}', kind="application/json")
    found = learn(nobody, (one, ADA), (two, BO), nobody)
    blank = learn(page("{}", kind="application/json"), (one, ADA), (two, BO))
    assert blank.read(page(json.dumps(later), kind="application/json"), ADA, BO).who is who
    assert found.read(nobody, ADA, BO).who is Who.NOBODY


def test_a_place_that_tells_everybody_who_logged_in_last_is_no_slot() -> None:
    def listed(user: str, last: str) -> str:
        return f"<body><i>{last}</i><p>{user or 'nobody'}</p></body>"

    first, second = (page(listed(f"User: {name}@school.test", f"{name}@school.test")) for name in ("ada", "bo"))
    found = learn(page(listed("", "")), (first, ADA), (second, BO), page(listed("", "bo@school.test")))
    assert [slot.place for slot in found.slots] == ["/html/body/p"]
    assert found.read(page(listed("", "ada@school.test")), ADA, BO).who is Who.NOBODY


def test_what_is_new_at_each_visit_is_no_sign_of_nobody() -> None:
    def login(token: str) -> str:
        return f"<body><form><input name='csrf' value='{token}'></form></body>"

    def mine(user: str, token: str) -> str:
        return f"<body><form><input name='csrf' value='{token}'></form><p>{user}</p></body>"

    found = learn(
        page(login("a")), (page(mine("ada@school.test", "b")), ADA), (page(mine("bo@school.test", "c")), BO),
        page(login("d")),
    )  # fmt: skip
    assert found.signs_of_nobody == frozenset()
    assert found.read(page(login("e")), ADA, BO).who is Who.NOBODY


def test_a_session_without_a_name_is_told_by_what_else_is_said_of_it() -> None:
    def told(user: str | None) -> Page:
        return page(json.dumps({"user": user, "loggedIn": user is not None}), kind="application/json")

    found = learn(told(None), (told("ada@school.test"), ADA), (told("bo@school.test"), BO), told(None))
    nameless = page('{"user": null, "loggedIn": true}', kind="application/json")
    assert found.read(nameless, ADA, BO).who is Who.SOMEONE
    assert found.read(told(None), ADA, BO).who is Who.NOBODY


def test_a_page_that_writes_all_in_capitals_is_read_without_regard_to_them() -> None:
    one, two = (page(me(name)) for name in ("ADA@SCHOOL.TEST", "BO@SCHOOL.TEST"))
    found = learn(NOBODY, (one, ADA), (two, BO))
    assert found.folded
    assert found.read(one, ADA, BO).who is Who.OWN
    assert found.read(two, ADA, BO).who is Who.OTHER
    assert found.read(page(me("BO@SCHOOL.TEST.EVIL")), ADA, BO, {"bo@school.test.evil"}).who is Who.OWN
    assert found.read(page(me("CY@SCHOOL.TEST")), ADA, BO).who is Who.SOMEONE
    assert found.read(NOBODY, ADA, BO).who is Who.NOBODY


def test_capital_letters_are_regarded_where_the_page_keeps_them(oracle: Oracle) -> None:
    assert not oracle.folded
    assert oracle.read(page(me("ADA@SCHOOL.TEST", "Ada")), ADA, BO).who is Who.SOMEONE
