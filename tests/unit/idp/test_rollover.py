"""A key rollover as a vendor lives through it: metadata and signatures before, during and after."""

import base64
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from lxml import etree
from signxml import XMLVerifier

from idp.keys import KeyStage, SchoolKeys, published, signer
from idp.rollover import Rollover
from idp.state import State

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
DS = "{http://www.w3.org/2000/09/xmldsig#}"
STEPS = ["announce", "switch", "retire"]
STAGES: list[KeyStage] = ["announced", "switched", "retired"]


async def published_by(lab: Any) -> list[x509.Certificate]:
    root = etree.fromstring((await lab.browser.get("/saml/metadata")).content)
    texts = [element.text for element in root.iter(f"{DS}X509Certificate")]
    return [x509.load_der_x509_certificate(base64.b64decode(text)) for text in texts]


def response_in(page: Any) -> Any:
    found = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
    assert found, page.text
    return etree.fromstring(base64.b64decode(found[1]))


async def order(lab: Any, step: str) -> int:
    return (await lab.control.post("/orders", json={"order": "roll-keys", "step": step})).status_code


def signed_by(response: Any, key: Any) -> bool:
    certificate = key.certificate_pem.decode()
    return XMLVerifier().verify(response, x509_cert=certificate, id_attribute="ID").signed_xml is not None


@pytest.mark.anyio
async def test_metadata_and_signatures_follow_the_stage(lab: Any, keys: SchoolKeys) -> None:
    assert await published_by(lab) == [keys.current.certificate]
    for step, stage in zip(STEPS, STAGES, strict=True):
        assert await order(lab, step) == 200
        assert await published_by(lab) == [keys.key(slot).certificate for slot in published(stage)]
        request = lab.vendor.request('ForceAuthn="true"', request_id=f"_{step}")
        assert signed_by(response_in(await lab.log_in("elev-1", request)), keys.key(signer(stage)))
        passive = lab.vendor.request('ForceAuthn="true" IsPassive="true"', request_id=f"_{step}-error")
        refusal = response_in(await lab.to_login(lab.vendor.query(passive)))
        assert signed_by(refusal, keys.key(signer(stage)))


@pytest.mark.anyio
async def test_a_step_out_of_turn_is_refused_and_changes_nothing(lab: Any, keys: SchoolKeys) -> None:
    assert await order(lab, "switch") == 400
    assert await published_by(lab) == [keys.current.certificate]


def test_all_workers_of_a_school_stand_at_the_same_stage(tmp_path: Path) -> None:
    states = [State(tmp_path / "state.sqlite", lambda: NOW) for _ in range(2)]
    first, second = map(Rollover, states)
    assert (first.stage, second.stage) == ("before", "before")
    first.take("announce")
    assert second.stage == "announced"
    second.take("switch")
    assert first.stage == "switched"
    with pytest.raises(ValueError, match="comes after"):
        first.take("announce")


def test_the_next_rollover_leads_back_to_the_first_key(tmp_path: Path) -> None:
    rollover = Rollover(State(tmp_path / "state.sqlite", lambda: NOW))
    passed = []
    for step in STEPS * 2:
        rollover.take(step)
        passed.append((published(rollover.stage), signer(rollover.stage)))
    assert passed == [
        (("current", "coming"), "current"),
        (("coming", "current"), "coming"),
        (("coming",), "coming"),
        (("coming", "current"), "coming"),
        (("current", "coming"), "current"),
        (("current",), "current"),
    ]
    assert rollover.stage == "before"
