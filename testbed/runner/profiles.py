"""Profiles of load, by name or by file, held against the vendors that they name."""

from importlib.resources import files
from pathlib import Path

from testbed.model.files import ScenarioInvalid, load
from testbed.model.load import Part, Profile
from testbed.model.scenario import FETCHED, PUSHED, Flow
from testbed.model.vendor import FED, SENT
from testbed.model.written import Vendor
from testbed.runner.catalogue import Catalogue

OF_FILES = (".yaml", ".yml")
OTHER_SCHOOL = "granne"
OTHER_SCHOOL_HOST = "idp.granne.test"
"""Where the neighbour's people log in; a vendor that is for both schools has it in its agreement."""


def own_profiles() -> dict[str, tuple[Path, Profile]]:
    """The profiles that come with the project, and the file of each, by id.

    Raises:
        ScenarioInvalid: one is wrong.
    """
    folder = Path(str(files("loadtests") / "profiles"))
    read = ((path, load(path, Profile)) for path in sorted(folder.glob("*.yaml")))
    return {profile.id: (path, profile) for path, profile in read}


def find_profile(name: str, known: Catalogue) -> Profile:
    """The profile of this id, or of the file at this path.

    Raises:
        ScenarioInvalid: there is none, it is wrong, or a vendor that it names cannot play its part.
    """
    path = Path(name)
    if path.suffix in OF_FILES or len(path.parts) > 1:
        profile = load(path, Profile)
    else:
        own = own_profiles()
        if name not in own:
            mend = f"name one of {', '.join(own)}, or a file that ends in .yaml"
            raise ScenarioInvalid("PROFILE", name, "is no profile", mend)
        path, profile = own[name]
    for place, part in _parts(profile):
        for vendor in (part.vendor, *part.also):
            _must_be_played(path, place, part, vendor, known)
    return profile


def with_vendor(profile: Profile, vendor: Vendor) -> Profile:
    """The profile, in which this vendor takes the place of every other.

    Raises:
        ScenarioInvalid: it does not take part in what the profile plays.
    """

    def placed(part: Part) -> Part:
        if not plays(part.flow, vendor):
            raise ScenarioInvalid(
                vendor.id,
                "protocol",
                f"{vendor.protocol} has no part in {part.flow!r}, which {profile.id} plays",
                f"choose a profile of {' and '.join(_flows_of(vendor))}",
            )
        # NOTE: beside a vendor of others stands one school.
        return part.model_copy(update={"vendor": vendor.id, "also": (), "school": "skola"})

    waves = (wave.model_copy(update={"mix": tuple(map(placed, wave.mix))}) for wave in profile.waves)
    return profile.model_copy(update={"mix": tuple(map(placed, profile.mix)), "waves": tuple(waves)})


def plays(flow: Flow, vendor: Vendor) -> bool:
    """Whether a vendor takes part in a flow, by its protocol and by what it says of itself."""
    if flow in PUSHED:
        return vendor.protocol in SENT
    if flow in FETCHED:
        return vendor.protocol in FED - SENT
    if flow == "unsolicited":
        return vendor.protocol == "saml" and vendor.unsolicited
    return vendor.protocol not in FED and (flow != "logout-from-vendor" or vendor.logout is not None)


def _flows_of(vendor: Vendor) -> tuple[str, ...]:
    if vendor.protocol in SENT:
        return ("pushes",)
    return ("rosters that vendors fetch",) if vendor.protocol in FED else ("logins", "logouts")


def _parts(profile: Profile) -> list[tuple[str, Part]]:
    """Every part with its place in the file."""
    own = [(f"mix.{number}", part) for number, part in enumerate(profile.mix)]
    of_waves = [
        (f"waves.{number}.mix.{position}", part)
        for number, wave in enumerate(profile.waves)
        for position, part in enumerate(wave.mix)
    ]
    return own + of_waves


def _must_be_played(path: Path, place: str, part: Part, name: str, known: Catalogue) -> None:
    field = f"{place}.vendor" if name == part.vendor else f"{place}.also"
    if name not in known.vendors:
        of_kind = (one.id for one in known.written_vendors if one.simulated and plays(part.flow, one))
        raise ScenarioInvalid(path, field, f"nothing is called {name!r}", f"use one of: {', '.join(sorted(of_kind))}")
    vendor = known.vendors[name]
    if vendor.simulated is None:
        mend = "name one that the laboratory plays, and give this one with --vendor"
        raise ScenarioInvalid(path, field, f"{name!r} is no vendor of the laboratory's own", mend)
    if not plays(part.flow, vendor):
        mend = "name another flow, or another vendor ('testbed list vendors')"
        raise ScenarioInvalid(path, field, f"{name!r} ({vendor.protocol}) has no part in {part.flow!r}", mend)
    agreement = known.agreement_of(vendor)
    subjects = {role for clause in agreement.data for role in clause.subjects} if agreement else {part.role}
    if part.role not in subjects:
        mend = f"use one of {', '.join(sorted(subjects))}"
        raise ScenarioInvalid(path, f"{place}.role", f"the agreement of {name!r} speaks of no {part.role}", mend)
    if vendor.protocol == "provisioning" and part.role == "pupil" and (not part.grades or 0 in part.grades):
        problem = "schools send pupils of the school years 1 to 9 to national tests, and those of no other"
        raise ScenarioInvalid(path, f"{place}.grades", problem, "name some, such as 'grades: [3, 6, 9]'")
    _must_know_school(path, place, part, vendor, known)


def _must_know_school(path: Path, place: str, part: Part, vendor: Vendor, known: Catalogue) -> None:
    if part.school != OTHER_SCHOOL:
        return
    agreement = known.agreement_of(vendor)
    if part.exchanges:
        problem = f"{part.flow!r} is played with the first school alone"
    elif agreement is None or OTHER_SCHOOL_HOST not in agreement.controller.hosts:
        problem = f"{vendor.id!r} lets in nobody of {OTHER_SCHOOL!r}: its agreement does not name {OTHER_SCHOOL_HOST}"
    else:
        return
    raise ScenarioInvalid(path, f"{place}.school", problem, "leave 'school' out, or name a vendor that is for both")
