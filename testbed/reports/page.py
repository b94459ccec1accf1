"""Pages for people: one file without scripts, images or network, whose style its own policy names by digest."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from testbed.model.release import POLICIES, REASONS
from testbed.model.written import ROLES
from testbed.reports import certificate_about, certificate_texts, redact
from testbed.reports.access import STATES
from testbed.reports.play_words import play_words
from testbed.reports.printable import printable, visible
from testbed.reports.references import references
from testbed.reports.texts import VERDICTS, attribute, check_info, observed_sv

REPORT_STYLES = ("report.css",)
CERTIFICATE_STYLES = ("report.css", "certificate.css")
LOAD_STYLES = ("report.css", "certificate.css", "load.css")


def page(template: str, styles: tuple[str, ...] = REPORT_STYLES, **said: object) -> str:
    """The whole page that a template makes of what is said to it."""
    style = _style(styles)
    # NOTE: the digest is of the very text between the tags, which the template writes without a change.
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return printable(_environment().get_template(template).render(said, style=style, style_digest=digest))


@cache
def _style(names: tuple[str, ...]) -> str:
    folder = files("testbed.reports").joinpath("templates")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("testbed.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        VERDICTS=VERDICTS,
        ROLES=ROLES,
        STATES=STATES,
        POLICIES=POLICIES,
        REASONS=REASONS,
        attribute=attribute,
        checks=check_info(),
        observed_sv=observed_sv,
        play_words=play_words,
        CASE_VERDICTS=certificate_texts.CASE_VERDICTS,
        OBSERVED=certificate_texts.OBSERVED,
        OUTCOMES=certificate_texts.OUTCOMES,
        PROTOCOLS=certificate_texts.PROTOCOLS,
        SAYS=certificate_texts.SAYS,
        expected=certificate_about.expected,
        twin_of=certificate_about.twin_of,
        SCOPE=certificate_texts.SCOPE,
        references=references,
    )
    environment.filters.update(masked=redact.text, masked_xml=redact.xml, path_of=redact.path_of, visible=visible)
    return environment
