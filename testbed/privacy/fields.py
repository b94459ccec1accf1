"""The names by which fields say that their value is an attribute of a person: in JSON, forms, XML, headers, tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from testbed.model.attributes import attributes
from testbed.privacy.mixing import NAME
from testbed.privacy.prints import Heads, Rows, Table
from testbed.privacy.rows import chain_prints
from testbed.privacy.spellings import CODE_OF, MARKING, words_in
from testbed.privacy.words import MARGIN, Prints, words_of

_CUSTOMARY: Mapping[str, tuple[str, ...]] = {
    "givenName": (
        "given_name", "givenname", "given", "first_name", "firstname", "fname", "fnamn", "förnamn", "for_namn",
        "tilltalsnamn",
    ),
    "sn": (
        "family_name", "familyname", "last_name", "lastname", "lname", "enamn", "surname", "sur_name", "efternamn",
        "sn",
    ),
    "displayName": ("display_name", "full_name", "fullname", "namn", "user_name", "username", "real_name", "cn"),
    "norEduPersonBirthDate": (
        "birth_date", "birthdate", "birthday", "dob", "date_of_birth", "dateofbirth", "födelsedatum", "född",
    ),
    "sisSchoolUnitCode": (
        "school_unit_code", "schoolunitcode", "school_unit", "schoolunit", "school_code", "schoolcode", "school",
        "school_id", "schoolid", "skolenhet", "skolenhetskod", "skola", "enroled_at", "enroledat",
    ),
    "sisSchoolGrade": ("school_grade", "grade", "school_year", "schoolyear", "year_group", "årskurs", "arskurs"),
    "sisSchoolCourseStudent": ("group", "groups", "class", "klass", "course", "kurs", "grupp", "grupper"),
    "sisSchoolCourseTeacher": ("group", "groups", "class", "klass", "course", "kurs", "grupp", "grupper"),
    "postalCode": ("postal_code", "postalcode", "zip", "zip_code", "zipcode", "postcode", "postnummer", "postnr"),
    "l": ("locality", "city", "town", "postort", "ort"),
    MARKING: (
        "security_marking", "securitymarking", "protected", "protected_identity", "skyddad", "skyddad_identitet",
        "sekretess", "sekretessmarkering", "skyddsmarkering",
    ),
}  # fmt: skip
CUSTOMARY: Mapping[str, tuple[str, ...]] = MappingProxyType(_CUSTOMARY)
"""What fields are called that hold an attribute, beside its names in the attribute table."""
LONGEST_NAME = 3
"""Words of a field's name."""
_BETWEEN = b"value content string text"


def names_of(attribute: str) -> Iterator[str]:
    """The names of fields that hold the attribute; none that are a single common word or longer than three."""
    row = next((row for row in attributes() if row.name == attribute), None)
    named = [attribute, *CUSTOMARY.get(attribute, ())]
    if row is not None and len(row.oidc) > 1:
        named += [row.oidc.rpartition("/")[2].rpartition(".")[2], row.ss12000.rpartition("/")[2]]
    for name in dict.fromkeys(named):
        if len(name) > 1 and not name.isdigit() and 0 < len(words_in(name)) <= LONGEST_NAME:
            yield name


@dataclass(frozen=True, slots=True)
class Keys:
    """The names of fields as they are looked for."""

    names: Mapping[int, Table]
    """By their number of words, each with the number of its attribute."""
    heads: Heads
    """Of their first words."""
    ranks: int
    """Attributes that share a name at most."""
    between: Prints
    """Of words that may stand between the name of a field and its value: of HTML and of nested objects."""


@cache
def keys() -> Keys:
    """Those of :data:`CUSTOMARY` and of the attribute table."""
    pairs = {
        (b" ".join(words_in(name)), CODE_OF[attribute]): None for attribute in CUSTOMARY for name in names_of(attribute)
    }
    codes: Rows = np.array([code for _, code in pairs], np.uint32)
    chains, heads = chain_prints([line for line, _ in pairs], codes, NAME)
    names = {length: Table.of(*found) for length, found in chains.items()}
    ranks = max(int(np.unique(table.prints, return_counts=True)[1].max()) for table in names.values())
    between = words_of(bytes(MARGIN) + _BETWEEN + bytes(MARGIN)).prints
    return Keys(MappingProxyType(names), heads, ranks, between)
