"""The purposes that a vendor can be certified for."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from testbed.model.case import Described
from testbed.model.certificate import ProfileUsed
from testbed.model.files import ScenarioInvalid, load
from testbed.model.profile import CertificationProfile
from testbed.model.strict import Bilingual
from testbed.model.vendor import FED, Vendor

DEFAULT, OF_EXCHANGE = "skolfederation", "exchange"


def usual(vendor: Vendor) -> str:
    """The profile of a vendor for which no other is named: of logins, or of the exchange of data."""
    return OF_EXCHANGE if vendor.protocol in FED else DEFAULT


def load_profiles(folders: Iterable[Path]) -> Mapping[str, CertificationProfile]:
    """Every file ``profiles/*.yaml`` in these folders, by id.

    Raises:
        ScenarioInvalid: a file is wrong, or an id stands twice.
    """
    found: dict[str, CertificationProfile] = {}
    for folder in folders:
        for path in sorted((folder / "profiles").glob("*.yaml")):
            profile = load(path, CertificationProfile)
            if profile.id in found:
                raise ScenarioInvalid(path, "id", f"{profile.id!r} is a profile already", "choose an id of its own")
            found[profile.id] = profile
    return found


def requires(profile: CertificationProfile, case: Described) -> bool:
    """Whether the case counts as MUST: for the specification, or for this purpose."""
    return case.level == "MUST" or any(fnmatchcase(case.id, pattern) for pattern in profile.must)


def left_out(profile: CertificationProfile, case: Described) -> Bilingual | None:
    """Why the case means nothing for this purpose; None where it does."""
    return next((why for pattern, why in profile.leave_out.items() if fnmatchcase(case.id, pattern)), None)


def as_used(profile: CertificationProfile) -> ProfileUsed:
    """As a certificate names it."""
    return ProfileUsed(profile.id, profile.version, profile.title)
