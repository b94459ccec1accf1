"""The testbed's own vendor of SAML, served alone (:mod:`testbed.lab.served_alone`): what it keeps is gone with it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from starlette.types import ASGIApp

from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.keys import VendorKeys
from testbed.lab.alone_told import now, told
from testbed.model.wire import host_of

METADATA = "/saml/metadata"
"""Of the school, below its address."""


def material(http: httpx.AsyncClient) -> ASGIApp:
    """Learning material, which knows one school by its metadata."""
    base, school = told("BASE_URL"), told("ISSUER") + METADATA
    config = VendorConfig(
        vendor_id="served-alone",
        name="Läromedlet (TEST)",
        base_url=base,
        hosts=(host_of(base),),
        profile="learning-material",
        fault=None,
        idp_entity_id=school,
        idp_metadata_url=school,
    )
    with TemporaryDirectory(prefix="testbed-") as folder:
        keys = VendorKeys.load_or_make(Path(folder), "served-alone", now())
    return VendorService(config, keys, http, now).app
