"""Names that a school makes for one person at one vendor: a page that shows one of them tells whose session it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from idp.keys import KeyKind, SchoolKeys
from idp.oidc.identifiers import pairwise_sub
from idp.saml.identifiers import name_id, pairwise_id, subject_id
from testbed.lab.places import SCHOOLS, SchoolPlace
from testbed.lab.spec import LabSpec
from testbed.model.messages import NAMEID_PERSISTENT
from testbed.model.wire import host_of
from testbed.model.written import Person, Vendor


@dataclass(frozen=True, slots=True)
class Namer:
    """What one school makes names with."""

    scope: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, place: SchoolPlace, folder: Path, now: datetime, kind: KeyKind = "rsa") -> "Namer":
        """That of a school whose keys are in this folder.

        Raises:
            ValueError: they are damaged, or open to others.
        """
        return cls(place.scope, SchoolKeys.load_or_make(folder, place.host, now, kind).pairwise_secret)

    def names(self, person: Person, vendor: Vendor) -> tuple[str, ...]:
        """What the school may call this person to this vendor and never calls anybody else, whatever the login."""
        everywhere = subject_id(person.id, self.scope, self.secret)
        if vendor.client is not None:
            sector = vendor.client.sector_identifier or host_of(vendor.client.redirect_uris[0])
            return everywhere, pairwise_sub(person, sector, self.secret)
        persistent = name_id(person.id, vendor.party, NAMEID_PERSISTENT, self.secret)
        return everywhere, persistent.value, pairwise_id(person.id, vendor.party, self.scope, self.secret)


@dataclass(frozen=True, slots=True)
class Names:
    """Those of people at the vendors of a load."""

    namers: Mapping[str, Namer]
    """By the school's id."""
    vendors: tuple[Vendor, ...]

    def of(self, person: Person) -> tuple[str, ...]:
        """All of them; none of a person whose school is not there."""
        namer = self.namers.get(person.school)
        if namer is None:
            return ()
        return tuple(
            {name: None for vendor in self.vendors if not vendor.exchange for name in namer.names(person, vendor)}
        )


def lab_names(spec: LabSpec, now: datetime) -> Names:
    """Those of the lab's own schools, whose keys are made here where they are missing."""
    namers = {place.id: Namer.of(place, spec.home.participant_folder(place.host), now) for place in SCHOOLS}
    return Names(namers, spec.vendors)
