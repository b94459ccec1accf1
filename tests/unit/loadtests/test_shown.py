"""Whose session a page shows, and who stands on it and should not."""

import pytest

from loadtests.shown import Faces
from testbed.model.pages import Page
from testbed.model.written import Person

CLASS, OTHER_CLASS = ("http://skola.test/00001101/4A",), ("http://skola.test/00001101/4B",)


def person(name: str, called: str, role: str = "pupil", **more: object) -> Person:
    attributes = {"eduPersonPrincipalName": f"{name}@skola.test", "displayName": called, **more}
    return Person.model_validate({"id": name, "role": role, "attributes": attributes})


PEOPLE = {
    one.id: one
    for one in (
        person("ada", "Ada Berg", sisSchoolCourseStudent=CLASS),
        person("bo", "Bo Lund", sisSchoolCourseStudent=CLASS),
        person("cia", "Cia Holm", sisSchoolCourseStudent=CLASS),
        person("dan", "Dan Ek", sisSchoolCourseStudent=OTHER_CLASS),
        person("ess", "Ess Falk", "teacher", sisSchoolCourseTeacher=CLASS),
        person("far", "Far Berg", "guardian", sisLegalGuardianFor=("ada@skola.test",)),
    )
}


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces(PEOPLE)


def page(text: str) -> Page:
    return Page("https://vendor.test/me", 200, document=text)


def test_the_person_alone(faces: Faces) -> None:
    shown = page("<p>Inloggad som Ada Berg (ada@skola.test)</p>")
    assert (faces.on(shown), faces.strangers(shown, "ada")) == ({"ada"}, set())


def test_somebody_else_alone_and_beside(faces: Faces) -> None:
    assert faces.strangers(page("<p>Bo Lund</p>"), "ada") == {"bo"}
    assert faces.strangers(page("<p>Ada Berg</p><p>Dan Ek</p>"), "ada") == {"dan"}
    assert faces.strangers(page("<header>Hej Bo Lund</header><p>ada@skola.test</p>"), "ada") == {"bo"}


def test_a_list_of_ones_own_class_is_no_session_of_another(faces: Faces) -> None:
    listed = page("<p>Ada Berg</p><li>Bo Lund</li><li>Cia Holm</li>")
    assert faces.strangers(listed, "ada") == set()
    assert faces.strangers(page("<p>Ess Falk</p><li>Ada Berg</li><li>Bo Lund</li>"), "ess") == set()
    assert faces.strangers(listed, "dan") == {"ada", "bo", "cia"}
    assert faces.strangers(page("<p>Dan Ek</p><li>Ada Berg</li><li>Bo Lund</li>"), "dan") == {"ada", "bo"}
    assert faces.strangers(page("<li>Bo Lund</li><li>Cia Holm</li>"), "ada") == {"bo", "cia"}


def test_a_list_shows_no_accounts(faces: Faces) -> None:
    listed = page("<p>Ada Berg</p><li>Bo Lund bo@skola.test</li><li>Cia Holm</li><li>Dan Ek</li>")
    assert faces.strangers(listed, "ada") == {"bo", "cia", "dan"}


def test_a_guardian_sees_their_children_and_nobody_elses(faces: Faces) -> None:
    assert faces.strangers(page("<p>Far Berg</p><p>ada@skola.test</p>"), "far") == set()
    assert faces.strangers(page("<p>Far Berg</p><p>bo@skola.test</p>"), "far") == {"bo"}


def test_what_the_school_calls_them_at_a_vendor_alone_tells_them() -> None:
    named = PEOPLE["ada"].model_copy(update={"attributes": {"pairwise-id": ("KTX5QPSEUDONYM=ab@skola.test",)}})
    faces = Faces({"ada": named, "bo": PEOPLE["bo"]})
    assert faces.on(page("<strong>ktx5qpseudonym=ab@skola.test</strong>")) == {"ada"}
    assert faces.strangers(page("<strong>ktx5qpseudonym=ab@skola.test</strong>"), "bo") == {"ada"}
    assert faces.on(page("<strong>ktx5qpseudonym</strong>")) == set()


def test_of_whom_nothing_is_known_nothing_can_be_shown() -> None:
    nameless = Person.model_validate({"id": "x", "role": "pupil", "attributes": {"displayName": "Li"}})
    assert not Faces({"x": nameless}).tells("x")
    assert Faces(PEOPLE).tells("ada")
