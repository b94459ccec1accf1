"""Which attributes of a person leave the school for a vendor, and why. Pure, and the only place that decides it."""

from idp.release.decide import NEVER, Release, refused, release
from idp.release.occasion import Occasion, SchoolFacts, VendorNeeds

__all__ = ["NEVER", "Occasion", "Release", "SchoolFacts", "VendorNeeds", "refused", "release"]
