"""Pages taken apart, whatever they are made of."""

from time import monotonic

from hypothesis import given
from hypothesis import strategies as st

from testbed.certify.slots import MAX_PLACE, MAX_SLOTS, MAX_TEXT, slots_of
from testbed.model.pages import Page


def page(kind: str, document: str) -> Page:
    return Page("http://127.0.0.1:1/me", 200, media_type=kind, document=document)


def test_json_by_pointer() -> None:
    found = slots_of(page("application/json", '{"user": {"a/b": "x  y", "n": 3, "no": null, "ok": true}, "l": ["z"]}'))
    assert found == {"/user/a~1b": "x y", "/user/n": "3", "/user/no": "", "/user/ok": "true", "/l/0": "z"}


def test_json_that_is_none_is_read_as_lines() -> None:
    assert slots_of(page("application/json", "{user: ada")) == {"line 1": "{user: ada"}


def test_html_by_the_path_of_the_element() -> None:
    found = slots_of(page("text/html", "<body><p>Hi <b>Ada</b>!</p><input value='x'><script>var a=1</script></body>"))
    assert found == {
        "/html/body/p": "Hi !",
        "/html/body/p/b": "Ada",
        "/html/body/input/@value": "x",
    }


def test_lines_by_their_names() -> None:
    found = slots_of(page("text/plain", "REMOTE_USER=ada\nX-Name: Ada L\n\njust words"))
    assert found == {"REMOTE_USER": "ada", "X-Name": "Ada L", "line 4": "just words"}


def test_lines_in_a_pre_element_have_names_too() -> None:
    assert slots_of(page("text/html", "<pre>USER=ada\nROLE=pupil</pre>"))["/html/body/pre USER"] == "ada"


def test_half_a_sign_can_be_written_on() -> None:
    assert slots_of(page("application/json", '{"user": "a\\ud800b"}')) == {"/user": "a?b"}


def test_hostile_pages_are_bounded() -> None:
    many = slots_of(page("text/plain", "\n".join(f"n{number}=x" for number in range(3 * MAX_SLOTS))))
    assert len(many) == MAX_SLOTS
    assert len(slots_of(page("text/plain", "a=" + "x" * 10 * MAX_TEXT))["a"]) == MAX_TEXT
    assert slots_of(page("application/json", "[" * 100_000)) is not None


def test_a_page_of_many_empty_elements_takes_no_time() -> None:
    since = monotonic()
    found = slots_of(page("text/html", "<body>" + "<p></p>" * 200_000 + "<p>Ada</p></body>"))
    assert found == {"/html/body/p[200001]": "Ada"}
    assert monotonic() - since < 10


def test_names_of_places_are_bounded() -> None:
    name = "n" * MAX_PLACE
    assert slots_of(page("application/json", f'{{"{name}": [1, 2, {{"a": 3}}], "user": "ada"}}')) == {"/user": "ada"}
    deep = slots_of(page("text/html", "<body>" + "<section>" * 200 + "Ada" + "</section>" * 200 + "<p>Bo</p></body>"))
    assert deep == {"/html/body/p": "Bo"}


@given(st.sampled_from(["text/html", "application/json", "text/plain", ""]), st.text(max_size=300))
def test_nothing_raises(kind: str, document: str) -> None:
    for text in slots_of(page(kind, document)).values():
        assert text == " ".join(text.split())
