"""The school's metadata: fetched once, within limits, and read for one school alone."""

import asyncio
import base64
import datetime as dt
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from lxml import etree

from sp_mocks.fetch import MAX_BYTES
from sp_mocks.refusal import Refused
from sp_mocks.schools import MAX_CERTIFICATES, School, read_school
from sp_mocks.trust import Direct, Trust
from sp_mocks.xmlnames import MD, NAMESPACES

pytestmark = pytest.mark.anyio
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SCHOOL, SSO = "https://idp.skola.test/saml/metadata", "https://idp.skola.test/saml/sso"


class Clock:
    """Says what it is told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


class Endless(httpx.AsyncByteStream):
    """An answer that does not end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65536


class Silent(httpx.AsyncByteStream):
    """An answer that does not come."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""


def trust(answer: Callable[[httpx.Request], httpx.Response], clock: Clock | None = None) -> Trust:
    return Trust(Direct(SCHOOL, SCHOOL, httpx.AsyncClient(transport=httpx.MockTransport(answer))), clock or Clock())


def changed(school: Any, change: Callable[[etree._Element], object]) -> bytes:
    root = etree.fromstring(school.metadata())
    change(root)
    return etree.tostring(root)


def code_of(document: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_school(document, SCHOOL)
    return refused.value.code


async def test_the_school_is_fetched_once_however_many_ask(school: Any) -> None:
    fetched = []

    async def answer(request: httpx.Request) -> httpx.Response:
        fetched.append(request)
        await asyncio.sleep(0)
        return httpx.Response(200, content=school.metadata())

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        known = Trust(Direct(SCHOOL, SCHOOL, http), Clock())
        found = await asyncio.gather(*(known.school() for _ in range(5)))
    assert len(fetched) == 1
    assert set(found) == {found[0]}
    assert found[0].sign_on == SSO
    assert found[0].certificates == (school.certificate,)
    assert found[0].scopes == {"skola.test"}


FAILURES: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "not found": lambda _: httpx.Response(404),
    "elsewhere": lambda _: httpx.Response(302, headers={"Location": "https://evil.test/"}),
    "compressed": lambda _: httpx.Response(200, headers={"Content-Encoding": "br"}, stream=Endless()),
}


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
async def test_an_answer_that_is_none_is_refused(answer: Any) -> None:
    with pytest.raises(Refused, match="school-metadata-not-had"):
        await trust(answer).school()


async def test_an_answer_without_end_is_cut() -> None:
    with pytest.raises(Refused, match="school-metadata-too-large"):
        await trust(lambda _: httpx.Response(200, stream=Endless())).school()


async def test_an_answer_may_be_as_large_as_the_limit(school: Any) -> None:
    document = school.metadata()
    whole = document + b" " * (MAX_BYTES - len(document))
    assert (await trust(lambda _: httpx.Response(200, content=whole)).school()).entity_id == SCHOOL
    with pytest.raises(Refused, match="school-metadata-too-large"):
        await trust(lambda _: httpx.Response(200, content=whole + b" ")).school()


async def test_an_answer_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sp_mocks.fetch.TIMEOUT_S", 0.01)
    with pytest.raises(Refused, match="school-metadata-not-had"):
        await trust(lambda _: httpx.Response(200, stream=Silent())).school()


async def test_a_failure_is_not_kept(school: Any) -> None:
    answers = iter([httpx.Response(503), httpx.Response(200, content=school.metadata())])
    known = trust(lambda _: next(answers))
    with pytest.raises(Refused):
        await known.school()
    assert (await known.school()).entity_id == SCHOOL


async def test_metadata_is_fetched_anew_once_it_is_over(school: Any) -> None:
    fetched, clock = [], Clock()
    ends = ["2026-11-23T13:00:00Z", "2026-11-23T14:00:00Z"]

    def answer(_: httpx.Request) -> httpx.Response:
        fetched.append(1)
        return httpx.Response(200, content=changed(school, lambda root: root.set("validUntil", ends[len(fetched) - 1])))

    known = trust(answer, clock)
    await known.school()
    await known.school()
    assert len(fetched) == 1
    clock.now += dt.timedelta(hours=1)
    await known.school()
    assert len(fetched) == 2


@pytest.mark.parametrize("path", [".", "md:IDPSSODescriptor"])
async def test_metadata_that_is_over_is_refused(school: Any, path: str) -> None:
    document = changed(school, lambda root: root.find(path, NAMESPACES).set("validUntil", "2026-11-23T12:00:00Z"))
    with pytest.raises(Refused, match="school-metadata-expired"):
        await trust(lambda _: httpx.Response(200, content=document)).school()


def test_the_right_school_is_taken_out_of_many(school: Any) -> None:
    other = school.metadata().replace(SCHOOL.encode(), b"https://other.test/saml/metadata")
    both = b'<md:EntitiesDescriptor xmlns:md="%s" validUntil="2027-01-01T00:00:00Z">%s%s</md:EntitiesDescriptor>'
    found = read_school(both % (MD.encode(), other, school.metadata()), SCHOOL)
    assert found.entity_id == SCHOOL
    assert found.valid_until == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def without(path: str) -> Callable[[etree._Element], object]:
    return lambda root: [element.getparent().remove(element) for element in root.findall(path, NAMESPACES)]


def each(path: str, name: str, value: str) -> Callable[[etree._Element], object]:
    return lambda root: [element.set(name, value) for element in root.findall(path, NAMESPACES)]


UNUSABLE: dict[str, tuple[Callable[[etree._Element], object], str]] = {
    "of another": (lambda root: root.set("entityID", "https://other.test"), "of-someone-else"),
    "of a vendor": (without("md:IDPSSODescriptor"), "of-someone-else"),
    "no key": (without(".//md:KeyDescriptor"), "not-usable"),
    "only a key for encryption": (each(".//md:KeyDescriptor", "use", "encryption"), "not-usable"),
    "no place to log in": (without(".//md:SingleSignOnService"), "not-usable"),
    "a script as a place": (each(".//md:SingleSignOnService", "Location", "javascript:alert(1)"), "not-usable"),
    "no base64": (lambda root: setattr(next(root.iter("{*}X509Certificate")), "text", "*"), "not-usable"),
    "empty certificate": (lambda root: setattr(next(root.iter("{*}X509Certificate")), "text", " "), "not-usable"),
    "an end that is no time": (lambda root: root.set("validUntil", "soon"), "not-usable"),
    "an end without zone": (lambda root: root.set("validUntil", "2027-01-01T00:00:00"), "not-usable"),
}


@pytest.mark.parametrize(("change", "code"), UNUSABLE.values(), ids=UNUSABLE)
def test_metadata_that_lacks_what_a_login_needs_is_refused(school: Any, change: Any, code: str) -> None:
    assert code_of(changed(school, change)) == f"school-metadata-{code}"


@pytest.mark.parametrize("document", [b"", b"<html>", b"<!DOCTYPE a><a/>"])
def test_what_is_no_metadata_is_refused(document: bytes) -> None:
    assert code_of(document) == "school-metadata-not-readable"


def test_a_school_that_is_there_twice_is_refused(school: Any) -> None:
    both = b'<md:EntitiesDescriptor xmlns:md="%s">%s%s</md:EntitiesDescriptor>'
    assert code_of(both % (MD.encode(), school.metadata(), school.metadata())) == "school-metadata-of-someone-else"


def test_keys_for_any_use_count_and_there_are_not_too_many(school: Any) -> None:
    def many(root: etree._Element) -> None:
        key = root.find(".//md:KeyDescriptor", NAMESPACES)
        del key.attrib["use"]
        for _ in range(MAX_CERTIFICATES + 5):
            key.addnext(etree.fromstring(etree.tostring(key)))

    assert read_school(changed(school, many), SCHOOL).certificates == (school.certificate,) * MAX_CERTIFICATES


SCOPES = {
    "": None,
    '<shibmd:Scope regexp="true">.*</shibmd:Scope>': frozenset(),
    "<shibmd:Scope> a.test </shibmd:Scope><shibmd:Scope>b.test</shibmd:Scope>": {"a.test", "b.test"},
}


@pytest.mark.parametrize(("extensions", "scopes"), SCOPES.items())
def test_scopes_are_read_as_they_stand(school: Any, extensions: str, scopes: object) -> None:
    assert read_school(school.metadata(extensions), SCHOOL).scopes == scopes


def test_scopes_of_the_whole_entity_count(school: Any) -> None:
    def moved(root: etree._Element) -> None:
        root.insert(0, root.find("md:IDPSSODescriptor/md:Extensions", NAMESPACES))

    assert read_school(changed(school, moved), SCHOOL).scopes == {"skola.test"}


def test_the_places_to_log_out_are_read(school: Any) -> None:
    known = read_school(school.metadata(), SCHOOL)
    slo = "https://idp.skola.test/saml/slo"
    assert (known.logout, known.logout_answers, known.logout_soap) == (slo, f"{slo}/answers", f"{slo}/soap")
    bare = read_school(changed(school, without(".//md:SingleLogoutService")), SCHOOL)
    assert (bare.logout, bare.logout_answers, bare.logout_soap) == ("", "", "")
    script = changed(school, each(".//md:SingleLogoutService", "ResponseLocation", "javascript:alert(1)"))
    assert code_of(script) == "school-metadata-not-usable"


# --- a key that is not known yet ------------------------------------------------------------------------------------


class Rolling:
    """A school that changes its key."""

    def __init__(self, school: Any) -> None:
        self.school, self.key, self.fetched = school, school.certificate, 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.fetched += 1
        document = self.school.metadata().decode()
        old = base64.b64encode(self.school.certificate).decode()
        return httpx.Response(200, content=document.replace(old, base64.b64encode(self.key).decode()))


def signed_by(key: bytes) -> Callable[[School], str]:
    def read(known: School) -> str:
        if key not in known.certificates:
            raise Refused("signature-not-good")
        return "read"

    return read


async def test_a_message_by_a_new_key_is_read_once_the_key_is_fetched(school: Any) -> None:
    rolling = Rolling(school)
    known = trust(rolling)
    assert await known.read("", signed_by(school.certificate)) == "read"
    for key in (b"second", b"third"):
        rolling.key = key
        assert await known.read(SCHOOL, signed_by(key)) == "read"
    assert rolling.fetched == 3


async def test_a_fetch_that_did_not_help_is_not_made_again_for_a_minute(school: Any) -> None:
    rolling, clock = Rolling(school), Clock()
    known = trust(rolling, clock)
    for _ in range(5):
        with pytest.raises(Refused, match="signature-not-good"):
            await known.read("", signed_by(b"forged"))
    assert rolling.fetched == 2
    clock.now += dt.timedelta(seconds=59)
    rolling.key = b"second"
    with pytest.raises(Refused):
        await known.read("", signed_by(b"second"))
    clock.now += dt.timedelta(seconds=1)
    assert await known.read("", signed_by(b"second")) == "read"


async def test_another_fault_than_the_key_fetches_nothing(school: Any) -> None:
    rolling = Rolling(school)

    def late(_: School) -> str:
        raise Refused("expired")

    with pytest.raises(Refused, match="expired"):
        await trust(rolling).read("", late)
    assert rolling.fetched == 1


async def test_a_school_that_cannot_be_reached_just_then_is_known_as_before(school: Any) -> None:
    answers = iter([httpx.Response(200, content=school.metadata()), httpx.Response(503)])
    known = trust(lambda _: next(answers))
    with pytest.raises(Refused, match="signature-not-good"):
        await known.read("", signed_by(b"forged"))
    assert await known.read("", signed_by(school.certificate)) == "read"


async def test_one_that_never_refreshes_knows_the_first_key_for_ever(school: Any) -> None:
    rolling, clock = Rolling(school), Clock()
    http = httpx.AsyncClient(transport=httpx.MockTransport(rolling))
    known = Trust(Direct(SCHOOL, SCHOOL, http), clock, refreshes=False)
    assert await known.read("", signed_by(school.certificate)) == "read"
    rolling.key = b"second"
    with pytest.raises(Refused):
        await known.read("", signed_by(b"second"))
    assert rolling.fetched == 1


async def test_a_school_that_is_not_trusted_is_not_asked_for(school: Any) -> None:
    rolling = Rolling(school)
    with pytest.raises(Refused, match="issuer"):
        await trust(rolling).school("https://evil.test")
    assert rolling.fetched == 0


async def test_keys_that_could_not_be_fetched_are_asked_for_again_soon(school: Any) -> None:
    clock, answers = Clock(), iter([school.metadata(), None, None, school.metadata()])

    def answer(_: httpx.Request) -> httpx.Response:
        document = next(answers)
        return httpx.Response(503) if document is None else httpx.Response(200, content=document)

    def refuse(_: School) -> None:
        raise Refused("signature-not-good")

    known = trust(answer, clock)
    for later in (0, 0, 1, 1):
        # NOTE: the second comes too soon after a fetch that brought nothing; the last one helps nobody.
        clock.now += dt.timedelta(seconds=later)
        with pytest.raises(Refused, match="signature-not-good"):
            await known.read(SCHOOL, refuse)
    assert next(answers, "all asked for") == "all asked for"
    clock.now += dt.timedelta(seconds=1)
    with pytest.raises(Refused, match="signature-not-good"):
        await known.read(SCHOOL, refuse)
