"""What vendors call people."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from idp.keys import SchoolKeys
from idp.oidc.claims import Teller, Wanted
from idp.oidc.clients import Client
from idp.oidc.identifiers import pairwise_sub, public_sub, transient_sub
from idp.release import SchoolFacts
from idp.saml.identifiers import name_id, pairwise_id, subject_id
from testbed.model.messages import NAMEID_PERSISTENT

pytestmark = pytest.mark.anyio


def test_a_pairwise_sub_is_one_sectors_alone_and_none_of_samls(pupil: Any, keys: SchoolKeys) -> None:
    secret, sector = keys.pairwise_secret, "lasning.test"
    here, there = pairwise_sub(pupil, sector, secret), pairwise_sub(pupil, "annan.test", secret)
    by_saml = {
        pairwise_id(pupil.id, sector, "skola.test", secret).partition("@")[0],
        subject_id(pupil.id, "skola.test", secret).partition("@")[0],
        name_id(pupil.id, sector, NAMEID_PERSISTENT, secret).value,
    }
    assert here == pairwise_sub(pupil, sector, secret)
    assert len({here, there, *by_saml}) == 5
    assert pairwise_sub(pupil, sector, b"x" * 32) != here


def test_a_public_sub_is_the_subject_id(pupil: Any, keys: SchoolKeys) -> None:
    assert public_sub(pupil, "skola.test", keys.pairwise_secret) == subject_id(
        pupil.id, "skola.test", keys.pairwise_secret
    )


@pytest.mark.parametrize(
    ("protection", "shared"),
    [
        (("pseudonym", "Sekretessmarkering"), False),
        (("pseudonym", "Ingen"), True),
        (("withhold", "Sekretessmarkering"), True),
    ],
)
def test_by_pseudonym_a_protected_person_has_no_public_sub(
    protection: Any, shared: bool, pupil: Any, keys: SchoolKeys, oidc_agreement: Any, make_party: Any
) -> None:
    treatment, marking = protection
    agreed = oidc_agreement.model_copy(update={"protected_identity": treatment})
    client = Client(make_party("shared", agreed, subject_type="public"))
    teller = Teller(SchoolFacts({}, "skola.test", "", keys.pairwise_secret), lambda: datetime(2026, 9, 1, tzinfo=UTC))
    person, wanted = pupil.model_copy(update={"security_marking": marking}), Wanted(("openid",))
    told = teller.tell(client, person, teller.decide(client, person, 1, wanted), wanted)
    public = public_sub(pupil, "skola.test", keys.pairwise_secret)
    assert told.sub == (public if shared else pairwise_sub(pupil, "lasning.test", keys.pairwise_secret))


def test_a_transient_sub_is_never_the_same() -> None:
    assert len({transient_sub() for _ in range(20)}) == 20


async def test_what_vendors_are_told(oidc: Any) -> None:
    async def sub(client: str, place: str = "https://lasning.test/oidc/callback") -> str:
        back = await oidc.log_in(client, redirect_uri=place)
        answer = await oidc.redeem(back["code"], client_id=client, redirect_uri=place)
        return str((await oidc.read(answer.json()["id_token"])).claims["sub"])

    same_sector = {await sub("reading"), await sub("elliptic"), await sub("reading")}
    other = await sub("other", "https://annan.test/oidc/callback")
    assert len(same_sector) == 1
    assert other not in same_sector
    assert (await sub("shared")).endswith("@skola.test")


async def test_a_sector_may_be_named(open_oidc: Any, make_party: Any) -> None:
    parties = (
        make_party("reading", None, sector_identifier="leverantor.test"),
        make_party("elliptic", None, sector_identifier="annan.test"),
    )
    async with open_oidc(clients=parties) as lab:
        tokens = [await lab.tokens(name) for name in ("reading", "elliptic")]
        subs = {(await lab.read(one["id_token"])).claims["sub"] for one in tokens}
        assert len(subs) == 2


async def test_a_policy_that_lets_nobody_be_known_again(open_oidc: Any, make_party: Any) -> None:
    nameless = replace(make_party("reading", None), release="refeds-anonymous")
    async with open_oidc(clients=(nameless,)) as lab:
        subs = {(await lab.read((await lab.tokens())["id_token"])).claims["sub"] for _ in range(3)}
        assert len(subs) == 3
