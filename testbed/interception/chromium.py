"""Whether a real Chromium is here to be a person's browser. What drives it stands in ``chromium_process``.

Apart from that, because the library that drives it is not needed for anything else and takes long to import.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from testbed.model.files import ScenarioInvalid

OPTION = "--browser chromium"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> Path:
    """The program that :func:`testbed.interception.chromium_process.launched` starts.

    Raises:
        ScenarioInvalid: it, or the library that drives it, is not here.
    """
    http = "or play with --browser http"
    if find_spec("playwright") is None:
        raise ScenarioInvalid(
            OPTION, "", "the Python package 'playwright' is not installed", f"run 'make setup', {http}"
        )
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        named = ", ".join(PROGRAMS)
        raise ScenarioInvalid(
            OPTION, "", f"no Chromium is installed (none of {named})", f"Debian: apt-get install chromium, {http}"
        )
    return Path(found)
