"""The error page that a vendor should not show."""

from typing import Any

import pytest
from lxml import etree

pytestmark = pytest.mark.anyio


def spoiled(response: etree._Element) -> etree._Element:
    for value in response.iter("{http://www.w3.org/2000/09/xmldsig#}SignatureValue"):
        value.text = "AAAA"
    return response


async def test_a_vendor_that_debugs_shows_a_stack_trace_and_the_person(open_vendor: Any, school: Any) -> None:
    async with open_vendor("reading-service", "shows-a-stack-trace-with-the-pupil") as vendor:
        answer = await vendor.deliver(spoiled(school.signed(await vendor.begin(), givenName="Nurul")))
        assert answer.status_code == 500
        assert "Traceback (most recent call last)" in answer.text
        assert "Nurul" in answer.text
        assert await vendor.who() == ""


async def test_one_that_does_not_shows_neither(open_vendor: Any, school: Any) -> None:
    async with open_vendor("reading-service") as vendor:
        answer = await vendor.deliver(spoiled(school.signed(await vendor.begin(), givenName="Nurul")))
        assert answer.status_code == 403
        assert "Traceback" not in answer.text
        assert "Nurul" not in answer.text
