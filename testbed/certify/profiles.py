"""The purposes that a vendor can be certified for."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from testbed.model.case import Case
from testbed.model.certificate import ProfileUsed
from testbed.model.files import ScenarioInvalid, load
from testbed.model.profile import CertificationProfile
from testbed.model.strict import Bilingual

DEFAULT = "skolfederation"


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


def requires(profile: CertificationProfile, case: Case) -> bool:
    """Whether the case counts as MUST: for the specification, or for this purpose."""
    return case.level == "MUST" or any(fnmatchcase(case.id, pattern) for pattern in profile.must)


def left_out(profile: CertificationProfile, case: Case) -> Bilingual | None:
    """Why the case means nothing for this purpose; None where it does."""
    return next((why for pattern, why in profile.leave_out.items() if fnmatchcase(case.id, pattern)), None)


def as_used(profile: CertificationProfile) -> ProfileUsed:
    """As a certificate names it."""
    return ProfileUsed(profile.id, profile.version, profile.title)
