"""Whom a school sends to, as its senders know it."""

from testbed.lab.exchange_orders import Partners
from testbed.lab.places import SCHOOL
from testbed.lab.pushing import _receiver
from testbed.runner.catalogue import load_catalogue


def test_a_sender_is_told_at_once_that_an_agreement_is_another() -> None:
    known = load_catalogue()
    vendor = known.vendors["pupil-accounts"]
    first, other = known.agreements["pupil-accounts-2025"], known.agreements["class-lists-2025"]
    partners = Partners(SCHOOL, {vendor.party: vendor}, {vendor.party: first})
    receiver = _receiver(partners, vendor.party)
    assert receiver.agreed() is first
    partners.agreed[vendor.party] = other
    assert receiver.agreed() is other
    partners.agreed[vendor.party] = None
    assert receiver.agreed() is None
