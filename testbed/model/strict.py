"""What all that people write has in common: models that refuse what they do not know, and words with a shape."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from testbed.model.attributes import by_name

type Role = Literal["pupil", "teacher", "guardian", "staff"]


class Unfit(ValueError):
    """What a person wrote does not do; says what is wrong with it and how to mend that, and in which field where it is
    not the one that is looked at."""

    def __init__(self, problem: str, mend: str, field: str = "") -> None:
        self.problem, self.mend, self.field = problem, mend, field
        super().__init__(f"{problem}; {mend}")


def plain_address(url: str) -> str:
    """The address itself, which a server could have and which has no name or password in it.

    Raises:
        Unfit: it has (RFC 3986, 3.2.1), though addresses stand in reports and in what every server logs; or its host or
            port is none.
    """
    if USERINFO.match(url):
        raise Unfit("has a name or a password in it, and addresses stand in reports", "leave out all before the '@'")
    try:
        parts = urlsplit(url.replace(BASE_URL, "https://127.0.0.1", 1).replace("{port}", "1"))
        good = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise Unfit(f"is no web address ({error})", FORMS[VENDOR_URL][1]) from error
    if not good:
        raise Unfit("is no web address: it has no host, or a port that nobody can have", FORMS[VENDOR_URL][1])
    return url


USERINFO = re.compile(r"[a-z{_}]+(://)?[^/?#]*@")
ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
HOST = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$"
VENDOR_URL = r"^(https?://|\{base_url\})[^\s]+$"
Id = Annotated[str, StringConstraints(pattern=ID)]
"""Lower-case words joined by hyphens."""
Host = Annotated[str, StringConstraints(pattern=HOST)]
"""A lower-case host name, with its port on loopback."""
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
BASE_URL = "{base_url}"
"""Stands in a vendor's file for the address where the testbed lets the vendor's process serve."""
VendorUrl = Annotated[str, StringConstraints(pattern=VENDOR_URL), AfterValidator(plain_address)]
"""An address of a vendor's, which may begin with :data:`BASE_URL`."""
FORMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        ID: ("is not lower-case words joined by hyphens", "write it as my-service"),
        HOST: ("is no host in lower case, with at most a port", "write it as www.service.example, or 127.0.0.1:8443"),
        VENDOR_URL: (
            "is no web address that begins with http:// or https://, without spaces",
            "write it as https://127.0.0.1:8443/page",
        ),
    }
)
"""What is wrong with a text that has not the form, and a mend, by its pattern."""


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
