"""The testbed's own vendors that may be served alone (:mod:`testbed.lab.served_alone`)."""

import os
from dataclasses import replace

import httpx
from starlette.types import ASGIApp

from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.config import ExchangePlace, ReceivingPlace
from sp_mocks.federated_tls import MachinesPlace
from testbed.lab.alone_told import issuer, key, now, told
from testbed.lab.places import AUDIENCE, SCHOOLS
from testbed.model.wire import host_of


def receiver(http: httpx.AsyncClient) -> ASGIApp:
    """A receiver of EGIL, below ``/egil``."""
    base = told("BASE_URL")
    place = ReceivingPlace(
        entity_id=base,
        base_url=f"{base}/egil",
        machines=_machines(),
        schools=tuple(place.api_url for place in SCHOOLS),
        token_issuer="",
        token_jwks_url="",
        token_audience="",
    )
    config = replace(_vendor(base), name="Elevkontot (TEST)", profile="pupil-accounts", receiving=place)
    return VendorService(config, None, http, now).app


def fetcher(http: httpx.AsyncClient) -> ASGIApp:
    """One that fetches classes when its administrator presses a button."""
    base, api, entity_id = told("BASE_URL"), told("DATA_API"), told("ENTITY_ID")
    webhook = ReceivingPlace(
        entity_id=entity_id,
        base_url=f"{base}/webhook",
        machines=_machines(),
        schools=(api,),
        token_issuer=told("TOKENS"),
        token_jwks_url=told("TOKENS_JWKS"),
        token_audience=AUDIENCE,
    )
    place = ExchangePlace((api,), told("TOKEN_URL"), entity_id, webhook)
    config = replace(_vendor(base), name="Klasslistan (TEST)", profile="class-lists", exchange=place)
    return VendorService(config, None, http, now).app


def _vendor(base: str) -> VendorConfig:
    """What all of them have in common; the profile is yet to be chosen."""
    return VendorConfig(
        vendor_id="served-alone",
        name="",
        base_url=base,
        hosts=(host_of(base),),
        profile="",
        fault=os.environ.get("FAULT") or None,
        idp_entity_id="",
        idp_metadata_url="",
    )


def _machines() -> MachinesPlace:
    machines = told("MACHINES")
    return MachinesPlace(machines, issuer(machines), key())
