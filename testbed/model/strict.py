"""What all that people write has in common: models that refuse what they do not know, and words with a shape."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from testbed.model.attributes import by_name

type Role = Literal["pupil", "teacher", "guardian", "staff"]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""Lower-case words joined by hyphens."""
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$")]
"""A lower-case host name, with its port on loopback."""
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
BASE_URL = "{base_url}"
"""Stands in a vendor's file for the address where the testbed lets the vendor's process serve."""
VendorUrl = Annotated[str, StringConstraints(pattern=r"^(https?://|\{base_url\})[^\s]+$")]
"""An address of a vendor's, which may begin with :data:`BASE_URL`."""


def known_attribute(name: str) -> str:
    """The canonical name, when the attribute table has it.

    Raises:
        ValueError: it has not.
    """
    if name not in by_name():
        known = ", ".join(sorted(by_name()))
        raise ValueError(f"no attribute is called {name!r}; the attribute table has: {known}")
    return name


class Written(BaseModel):
    """Common strictness of all that people write."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Bilingual(Written):
    """A text in both languages of the school."""

    sv: str
    en: str


ROLES: Mapping[str, Bilingual] = MappingProxyType(
    {
        "pupil": Bilingual(sv="elev", en="pupil"),
        "teacher": Bilingual(sv="lärare", en="teacher"),
        "guardian": Bilingual(sv="vårdnadshavare", en="guardian"),
        "staff": Bilingual(sv="övrig personal", en="other staff"),
    }
)
"""What people call the roles."""
