"""Every scenario, vendor, agreement and suite that can be named, from the project's folder and from people's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from testbed.model.files import ScenarioInvalid, load, read_text
from testbed.model.written import Agreement, Scenario, Suite, Variant, Vendor, Written
from testbed.runner.kinds import every_kind
from testbed.runner.variants import Made, agreement_text, made_of

FOLDERS: Mapping[str, type[Written]] = {
    "login": Scenario,
    "exchange": Scenario,
    "resilience": Scenario,
    "vendors": Vendor,
    "agreements": Agreement,
    "zoo": Variant,
    "rosters": Variant,
    "fragile": Variant,
    "suites": Suite,
}
"""The sub-folders of a catalogue folder, and what each file in them is."""


@dataclass(frozen=True)
class Catalogue:
    """What can be played, by id, and the file that each came from."""

    scenarios: Mapping[str, Scenario]
    vendors: Mapping[str, Vendor]
    agreements: Mapping[str, Agreement]
    suites: Mapping[str, Suite]
    variants: Mapping[str, Variant]
    """Each of them stands for a vendor, an agreement and a scenario, which are among the others here."""
    sources: Mapping[tuple[str, str], Path]
    """By kind ("scenario", "vendor" ...) and id."""

    def vendor_of(self, scenario: Scenario) -> Vendor:
        """The vendor that a scenario plays with."""
        return self.vendors[scenario.vendor]

    def agreement_of(self, vendor: Vendor) -> Agreement | None:
        """The vendor's agreement, None where it has none."""
        return self.agreements[vendor.agreement] if vendor.agreement else None

    @property
    def written_vendors(self) -> tuple[Vendor, ...]:
        """The vendors that have a file of their own: all but the zoo."""
        return tuple(vendor for vendor in self.vendors.values() if vendor.id not in self.variants)

    def agreement_text(self, name: str) -> str:
        """An agreement as its file has it; one that was made of another's, as a file would have it.

        Raises:
            ScenarioInvalid: its file can no longer be read.
        """
        made = {self.vendors[variant].agreement for variant in self.variants}
        return agreement_text(self.agreements[name]) if name in made else read_text(self.sources[("agreement", name)])

    def named(self, names: Iterable[str]) -> tuple[Scenario, ...]:
        """The scenarios that suites' and scenarios' names stand for, each once, in the order named.

        Raises:
            ScenarioInvalid: a name is neither.
        """
        found: dict[str, Scenario] = {}
        for name in names:
            if name in self.suites:
                found.update({scenario: self.scenarios[scenario] for scenario in self.suites[name].scenarios})
            elif name in self.scenarios:
                found[name] = self.scenarios[name]
            else:
                raise ScenarioInvalid(
                    name,
                    "",
                    "is neither a suite nor a scenario",
                    f"name a suite ({', '.join(sorted(self.suites))}) or a scenario ('testbed list scenarios')",
                )
        return tuple(found.values())


def project_folder() -> Path:
    """The scenarios that come with the project."""
    return Path(str(files("scenarios")))


def load_catalogue(folders: Iterable[Path] = (), scenario_files: Iterable[Path] = ()) -> Catalogue:
    """The project's own files, those of further folders of the same layout, and single scenario files.

    Raises:
        ScenarioInvalid: a file is wrong, an id stands twice, or one names something that does not exist.
    """
    documents: dict[tuple[str, str], Written] = {}
    sources: dict[tuple[str, str], Path] = {}

    def add(path: Path, kind: type[Written]) -> None:
        document = load(path, kind)
        key = (kind.__name__.lower(), str(getattr(document, "id")))  # noqa: B009 - the four kinds all have one
        if key in documents:
            raise ScenarioInvalid(
                path, "id", f"{key[1]!r} is already the id of {sources[key]}", "choose an id of its own"
            )
        documents[key], sources[key] = document, path

    for folder in (project_folder(), *folders):
        if not folder.is_dir():
            raise ScenarioInvalid(folder, "", "is not a folder", "name a folder laid out as scenarios/ is")
        for name, kind in FOLDERS.items():
            for path in sorted((folder / name).glob("**/*.yaml")):
                add(path, kind)
    for path in scenario_files:
        add(path, Scenario)

    def of[Kind: Written](kind: type[Kind]) -> dict[str, Kind]:
        return {key[1]: document for key, document in documents.items() if isinstance(document, kind)}

    written = Catalogue(of(Scenario), of(Vendor), of(Agreement), of(Suite), of(Variant), sources)
    catalogue = _with_variants(written)
    _check_references(catalogue)
    return _with_every_kind(catalogue)


def _with_variants(catalogue: Catalogue) -> Catalogue:
    """What variants stand for, beside what was written."""
    scenarios, vendors = dict(catalogue.scenarios), dict(catalogue.vendors)
    agreements, sources = dict(catalogue.agreements), dict(catalogue.sources)
    for variant in catalogue.variants.values():
        source = sources[("variant", variant.id)]
        made = _made(variant, catalogue, source)
        for kind, document, known in (
            ("vendor", made.vendor, vendors),
            ("agreement", made.agreement, agreements),
            ("scenario", made.scenario, scenarios),
        ):
            if document.id in known:
                raise ScenarioInvalid(
                    source,
                    "id",
                    f"makes a {kind} {document.id!r}, which {sources[(kind, document.id)]} has already",
                    "choose an id of its own",
                )
            sources[(kind, document.id)] = source
        vendors[made.vendor.id], agreements[made.agreement.id] = made.vendor, made.agreement
        scenarios[made.scenario.id] = made.scenario
    return replace(catalogue, scenarios=scenarios, vendors=vendors, agreements=agreements, sources=sources)


def _made(variant: Variant, catalogue: Catalogue, source: Path) -> Made:
    try:
        return made_of(variant, catalogue.vendors, catalogue.agreements)
    except ValueError as error:
        raise ScenarioInvalid(source, "of", str(error), "name a vendor that can be the model") from error


def _with_every_kind(catalogue: Catalogue) -> Catalogue:
    """The scenarios that suites with ``every`` stand for, beside those that were written."""
    scenarios, suites, sources = dict(catalogue.scenarios), dict(catalogue.suites), dict(catalogue.sources)
    for suite in catalogue.suites.values():
        made = every_kind(suite, catalogue.vendors, catalogue.agreements)
        for scenario in made:
            if scenario.id in scenarios:
                raise ScenarioInvalid(
                    sources[("suite", suite.id)],
                    "every",
                    f"makes a scenario {scenario.id!r}, which there is already",
                    "give the suite or the scenario another id",
                )
            scenarios[scenario.id] = scenario
            sources[("scenario", scenario.id)] = sources[("suite", suite.id)]
        variants = (one.scenario for one in catalogue.variants.values() if one.kind == suite.variants)
        names = (*suite.scenarios, *(scenario.id for scenario in made), *variants)
        suites[suite.id] = suite.model_copy(update={"scenarios": names})
    return replace(catalogue, scenarios=scenarios, suites=suites, sources=sources)


def _check_references(catalogue: Catalogue) -> None:
    def must_exist(kind: str, owner: str, field: str, name: str, known: Mapping[str, object]) -> None:
        if name not in known:
            raise ScenarioInvalid(
                catalogue.sources[(kind, owner)],
                field,
                f"nothing is called {name!r}",
                f"use one of: {', '.join(sorted(known))}",
            )

    for scenario in catalogue.scenarios.values():
        must_exist("scenario", scenario.id, "vendor", scenario.vendor, catalogue.vendors)
        for position, name in enumerate(scenario.also):
            must_exist("scenario", scenario.id, f"also.{position}", name, catalogue.vendors)
    for vendor in catalogue.vendors.values():
        if vendor.agreement:
            must_exist("vendor", vendor.id, "agreement", vendor.agreement, catalogue.agreements)
    for suite in catalogue.suites.values():
        for position, name in enumerate(suite.scenarios):
            must_exist("suite", suite.id, f"scenarios.{position}", name, catalogue.scenarios)
        if suite.every:
            for name in (*suite.every.leave_out, *(() if suite.every.vendors == "compliant" else suite.every.vendors)):
                must_exist("suite", suite.id, "every", name, catalogue.vendors)
