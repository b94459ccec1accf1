"""The testbed beside outside software reaches this machine and nothing else."""

from pathlib import Path

import httpx
import pytest

from testbed.lab.guardrail import NamedFiles, is_loopback, must_be_loopback, school_url
from testbed.lab.permission import LOOPBACK_ONLY, Permitted
from testbed.model.files import ScenarioInvalid

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.0.9", "::1", "localhost", "LOCALHOST"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "10.0.0.1",
        "169.254.1.1",
        "::",
        "2130706433",
        "127.1",
        "0x7f.1",
        "localhost.evil.test",
        "idp.test",
    ],
)
def test_everything_else(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8400", ("127.0.0.1", 8400)),
        ("http://localhost:0", ("127.0.0.1", 0)),
        ("http://127.0.0.2", ("127.0.0.2", 80)),
    ],
)
def test_where_a_school_listens(url: str, address: tuple[str, int]) -> None:
    assert school_url(url) == address


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://idp.skola.se:8400", "is not on loopback"),
        ("http://0.0.0.0:8400", "is not on loopback"),
        ("https://127.0.0.1:8400", "is https"),
        ("http://127.0.0.1:8400/", "more than scheme, host and port"),
        ("http://127.0.0.1:8400/idp", "more than scheme, host and port"),
        ("http://127.0.0.1:8400?", "more than scheme, host and port"),
        ("http://[::1]:8400", "is an address of IPv6"),
        ("http://127.0.0.1:port", "is no web address"),
        ("http://127.0.0.1:70000", "is no web address"),
        ("http://[::1", "is no web address"),
        ("http://me@127.0.0.1:8400", "is no plain web address"),
        ("127.0.0.1:8400", "is no plain web address"),
        ("ftp://127.0.0.1", "is no plain web address"),
        ("", "is no plain web address"),
    ],
)
def test_an_address_that_is_not_for_a_school_is_refused_with_the_mend(url: str, problem: str) -> None:
    with pytest.raises(ScenarioInvalid, match=problem) as refused:
        school_url(url)
    assert "To mend it: " in str(refused.value)
    assert refused.value.file == "--url"


def test_a_vendor_may_stand_on_https_on_loopback() -> None:
    must_be_loopback("https://127.0.0.1:9443/saml/metadata", "--vendor")


def answering(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/away":
        return httpx.Response(302, headers={"Location": "http://93.184.216.34/metadata"})
    return httpx.Response(200, text="here")


async def test_the_client_goes_to_this_machine() -> None:
    async with httpx.AsyncClient(transport=Permitted(httpx.MockTransport(answering), LOOPBACK_ONLY)) as http:
        assert (await http.get("http://127.0.0.1:9000/metadata")).text == "here"


@pytest.mark.parametrize("url", ["http://example.com/metadata", "http://127.0.0.1:9000/away"])
async def test_the_client_goes_nowhere_else_not_even_by_a_redirect(url: str) -> None:
    async with httpx.AsyncClient(
        transport=Permitted(httpx.MockTransport(answering), LOOPBACK_ONLY), follow_redirects=True
    ) as http:
        with pytest.raises(httpx.UnsupportedProtocol, match="is not on loopback"):
            await http.get(url)


async def test_named_files_are_read_anew_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "vendor.xml"
    file.write_text("<first/>")
    files = NamedFiles({"file://localhost/vendor.xml": file})
    async with httpx.AsyncClient(transport=files) as http:
        assert (await http.get("file://localhost/vendor.xml")).text == "<first/>"
        file.write_text("<second/>")
        assert (await http.get("file://localhost/vendor.xml")).text == "<second/>"
        assert (await http.get("file://localhost/etc/passwd")).status_code == 404
        assert (await http.post("file://localhost/vendor.xml")).status_code == 404
        file.unlink()
        assert (await http.get("file://localhost/vendor.xml")).status_code == 404
