"""The school for outside software: where it stands, what it keeps, and whom it answers."""

import asyncio
import os
import re
import signal
import stat
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from lxml import etree

from testbed.interception import ParticipantUnavailable
from testbed.lab.home import LabHome
from testbed.lab.outside import OutsideSpec, metadata, outside_school
from testbed.model.files import ScenarioInvalid

pytestmark = pytest.mark.anyio
FREE = "http://127.0.0.1:0"
STAMP = re.compile(rb' (ID|validUntil)="[^"]*"')
"""What differs between two times that the same is said."""
NS = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": "http://www.w3.org/2000/09/xmldsig#"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    return LabHome.open(tmp_path_factory.mktemp("outside") / "home")


def certificates(document: bytes) -> Sequence[str]:
    found: Sequence[str] = etree.fromstring(document).xpath("//ds:X509Certificate/text()", namespaces=NS)
    return found


async def test_the_keys_stay_the_same_and_the_url_is_the_name(home: LabHome) -> None:
    first, second = [await metadata(OutsideSpec(home, {}), second=False) for _ in range(2)]
    assert certificates(first) == certificates(second)
    root = etree.fromstring(first)
    assert root.get("entityID") == "http://127.0.0.1:8400/saml/metadata"
    assert {e.get("Location") for e in root.iterfind(".//md:SingleSignOnService", NS)} == {
        "http://127.0.0.1:8400/saml/sso"
    }


async def test_another_url_is_another_school_with_the_same_keys(home: LabHome) -> None:
    first = await metadata(OutsideSpec(home, {}), second=False)
    other = await metadata(OutsideSpec(home, {}, "http://127.0.0.2:9999"), second=False)
    assert etree.fromstring(other).get("entityID") == "http://127.0.0.2:9999/saml/metadata"
    assert certificates(first) == certificates(other)


async def test_both_schools_stand_in_one_document_with_keys_of_their_own(home: LabHome) -> None:
    both = await metadata(OutsideSpec(home, {}), second=True)
    root = etree.fromstring(both)
    assert root.tag == f"{{{NS['md']}}}EntitiesDescriptor"
    assert [e.get("entityID") for e in root] == [
        "http://127.0.0.1:8400/saml/metadata",
        "http://127.0.0.1:8400/second/saml/metadata",
    ]
    assert len(set(certificates(both))) == 2
    assert certificates(await metadata(OutsideSpec(home, {}), second=False))[0] == certificates(both)[0]


async def test_a_key_of_the_other_kind(home: LabHome) -> None:
    rsa = await metadata(OutsideSpec(home, {}), second=False)
    curve = await metadata(OutsideSpec(home, {}, signing="ec"), second=False)
    assert len(certificates(curve)[0]) < len(certificates(rsa)[0])


async def test_metadata_for_a_port_that_is_not_known_yet_is_refused(home: LabHome) -> None:
    with pytest.raises(ScenarioInvalid, match="has port 0"):
        await metadata(OutsideSpec(home, {}, FREE), second=False)


async def test_nothing_that_it_keeps_is_open_to_others(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        token = school.token_file.read_text(encoding="ascii")
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        assert school.token_file.read_text(encoding="ascii") == token
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.path.rglob("*")}
    assert modes
    assert not {name: mode for name, mode in modes.items() if mode & 0o077}


async def test_a_damaged_key_is_told_with_the_mend(tmp_path: Path) -> None:
    home = LabHome.open(tmp_path / "home")
    await metadata(OutsideSpec(home, {}), second=False)
    key = home.participant_folder("outside-school") / "saml-signing.pem"
    key.write_text("rubbish", encoding="ascii")
    with pytest.raises(
        ScenarioInvalid, match=r"saml-signing\.pem: is not a key with its certificate\. To mend it: remove"
    ):
        await metadata(OutsideSpec(home, {}), second=False)


async def test_it_serves_what_metadata_writes_and_both_schools(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school, httpx.AsyncClient(trust_env=False) as http:
        served = (await http.get(f"{school.url}/saml/metadata")).content
        written = await metadata(OutsideSpec(home, {}, school.url), second=False)
        assert STAMP.sub(b"", served) == STAMP.sub(b"", written)
        second = (await http.get(f"{school.url}/second/saml/metadata")).content
        assert etree.fromstring(second).get("entityID") == f"{school.url}/second/saml/metadata"
        assert certificates(second) != certificates(served)


async def test_it_answers_to_its_own_name_alone(home: LabHome) -> None:
    """A web site can have a name of its own led to loopback, and would then read what the school shows."""
    async with outside_school(OutsideSpec(home, {}, FREE)) as school, httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{school.url}/", headers={"Host": "evil.example"})
    assert answer.status_code == 421


async def test_its_control_api_has_a_port_of_its_own_and_wants_the_token(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school, httpx.AsyncClient(trust_env=False) as http:
        assert school.control_url != school.url
        bearer = {"Authorization": f"Bearer {school.token_file.read_text(encoding='ascii')}"}
        assert (await http.get(f"{school.control_url}/health")).status_code == 401
        assert (await http.get(f"{school.control_url}/health", headers=bearer)).status_code == 200
        assert (await http.get(f"{school.url}/orders", headers=bearer)).status_code == 404


async def test_a_port_in_use_is_told_with_the_mend(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        with pytest.raises(ScenarioInvalid, match=r"cannot be listened on .* To mend it: end what uses it"):
            async with outside_school(OutsideSpec(home, {}, school.url)):
                pass


async def test_its_port_is_free_again_when_it_has_closed(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as first:
        pass
    async with outside_school(OutsideSpec(home, {}, first.url)) as second:
        assert second.url == first.url


# --- several workers ---------------------------------------------------------------------------------------------


@pytest.mark.lab
async def test_several_workers_serve_one_school(home: LabHome) -> None:
    spec = OutsideSpec(home, {}, FREE, workers=2)
    async with outside_school(spec) as school, httpx.AsyncClient(trust_env=False) as http:
        assert len({worker.pid for worker in school.workers}) == 2
        documents = {STAMP.sub(b"", (await http.get(f"{school.url}/saml/metadata")).content) for _ in range(8)}
        bearer = {"Authorization": f"Bearer {school.token_file.read_text(encoding='ascii')}"}
        assert (await http.get(f"{school.control_url}/health", headers=bearer)).status_code == 200
        assert documents == {STAMP.sub(b"", await metadata(OutsideSpec(home, {}, school.url), second=False))}


def within(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.lab
async def test_what_several_workers_share_is_gone_with_them_unless_a_file_was_named(
    home: LabHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with outside_school(OutsideSpec(home, {}, FREE, workers=2)):
        [folder] = within(tmp_path)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (folder / "state.sqlite").is_file()
    assert not within(tmp_path)
    kept = tmp_path / "kept.sqlite"
    async with outside_school(OutsideSpec(home, {}, FREE, workers=2, state=kept)):
        assert kept.is_file()
    assert kept.is_file()


@pytest.mark.lab
async def test_a_worker_that_ends_by_itself_is_told(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE, workers=2)) as school:
        os.kill(school.workers[1].pid, signal.SIGKILL)
        with pytest.raises(ParticipantUnavailable, match="the school's worker 2 has ended"):
            await school.serve_until(asyncio.Event())


async def test_it_serves_until_it_is_told_to_end(home: LabHome) -> None:
    over = asyncio.Event()
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        over.set()
        async with asyncio.timeout(5):
            await school.serve_until(over)
