"""What ``testbed load`` is to load: the lab with vendors of its own, or a vendor that the testbed did not write."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from idp.people import generate
from testbed.cli.certify_vendor import Flags, of_paths
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.home import LabHome
from testbed.lab.load_exchange import ExchangeLoad, Exchanging, exchange_target, must_bear_exchange
from testbed.lab.load_open import open_target
from testbed.lab.load_outside import OutsideLoad, must_bear_load, outside_target
from testbed.lab.loading import Target, order_for
from testbed.lab.open import LabName
from testbed.lab.spec import LabSpec
from testbed.lab.vendor_places import prepared
from testbed.model.files import ScenarioInvalid
from testbed.model.load import Order, Profile
from testbed.model.vendor import FED
from testbed.model.written import Agreement, Person, Vendor
from testbed.runner.catalogue import Catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.load_intercepted import with_intercepted
from testbed.runner.profiles import with_vendor
from testbed.runner.schedule import arrivals_of, pupils_for

type Opening = Callable[[RunFolder], AbstractAsyncContextManager[Target]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What load is made on, and what is to be done there."""

    profile: Profile
    order: Order
    people: Mapping[str, Person]
    vendors: tuple[Vendor, ...]
    agreements: Mapping[str, str]
    """Those of the vendors, by id, as their files have them."""
    opening: Opening


@dataclass(frozen=True, slots=True)
class Wanted:
    """As the command line says."""

    profile: Profile
    seed: int
    intercept: float
    school_workers: int
    makers: int = 0
    """So many containers make it; 0 where processes of this machine do."""


def on_lab(wanted: Wanted, known: Catalogue, lab: LabName) -> Loaded:
    """The lab with the vendors that the profile names.

    Raises:
        ScenarioInvalid: nobody can do what the profile asks for.
    """
    people = generate(wanted.seed, pupils_for(wanted.profile)).everybody
    agreed = {vendor.id: found for vendor in known.vendors.values() if (found := known.agreement_of(vendor))}
    arrivals = arrivals_of(wanted.profile, people, wanted.seed, agreed)
    arrivals = with_intercepted(arrivals, wanted.intercept, wanted.seed)
    named = {name for one in arrivals for name in (one.vendor, *one.also)}
    vendors = tuple(known.vendors[name] for name in sorted(named))
    spec = LabSpec(LabHome.open(), people, vendors, known.agreements)
    return Loaded(
        profile=wanted.profile,
        order=order_for(wanted.profile, arrivals, spec, wanted.seed),
        people=people,
        vendors=vendors,
        agreements={one.agreement: known.agreement_text(one.agreement) for one in vendors if one.agreement},
        opening=lambda folder: open_target(lab, spec, folder, workers=wanted.school_workers, makers=wanted.makers),
    )


def on_vendor(wanted: Wanted, file: Path, agreement: Path | None) -> Loaded:
    """The vendor of this file, in place of all that the profile names.

    Raises:
        ScenarioInvalid: the file or the agreement is wrong, load may not be made on it, or it does not take part in
            what the profile plays.
    """
    if wanted.intercept:
        problem = "what goes to a vendor of others is not intercepted"
        raise ScenarioInvalid("--intercept", "", problem, "leave it out; 'testbed certify' records")
    named, *others = of_paths([file], agreement, Flags())
    if others:
        raise ScenarioInvalid("--vendor", str(file), "holds more than one vendor", "name the file of one")
    # NOTE: the school for vendors of others knows the people of one owner.
    people = generate(wanted.seed, pupils_for(wanted.profile)).people
    case = OutsideCase(LabHome.open(), people, named.vendor, named.secret, named.agreement, permission=named.permission)
    if named.vendor.protocol in FED:
        return _on_exchanging(wanted, file, Exchanging.of(case))
    case = prepared(case)
    vendor, held = case.vendor, dict[str, Agreement]()
    if named.agreement:
        held = {vendor.id: named.agreement[1]}
    profile = with_vendor(wanted.profile, vendor)
    arrivals = arrivals_of(profile, people, wanted.seed, held)
    spec = LabSpec(case.home, people, (vendor.model_copy(update={"agreement": None}),), {})
    load = OutsideLoad(case, order_for(profile, arrivals, spec, wanted.seed), str(file), wanted.school_workers)
    must_bear_load(load)
    return Loaded(
        profile=profile,
        order=load.order,
        people=people,
        vendors=(vendor,),
        agreements={},
        opening=lambda folder: outside_target(load, folder),
    )


def _on_exchanging(wanted: Wanted, file: Path, exchanging: Exchanging) -> Loaded:
    """The same of a vendor that exchanges rosters."""
    if wanted.school_workers > 1:
        problem = "a school that exchanges rosters with a vendor of others is one process"
        raise ScenarioInvalid("--school-workers", str(wanted.school_workers), problem, "leave it out")
    case = exchanging.case
    vendor, people = case.vendor, case.people
    profile = with_vendor(wanted.profile, vendor)
    arrivals = arrivals_of(profile, people, wanted.seed, {vendor.id: exchanging.agreement})
    spec = LabSpec(case.home, people, (vendor.model_copy(update={"agreement": None}),), {})
    load = ExchangeLoad(exchanging, order_for(profile, arrivals, spec, wanted.seed), str(file))
    must_bear_exchange(load)
    return Loaded(
        profile=profile,
        order=load.order,
        people=people,
        vendors=(vendor,),
        agreements={},
        opening=lambda folder: exchange_target(load, folder),
    )
