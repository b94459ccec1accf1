"""The school sends a vendor its roster, and somebody looks at what the vendor holds then."""

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

from scenarios.flows.changes import as_before, moved
from scenarios.flows.steps import Steps
from testbed.model.orders import (
    CallAsStranger,
    ChangeMachine,
    ChangePerson,
    EndAgreement,
    Leave,
    PushRoster,
    Return,
    SendAddress,
    SendIncomplete,
    SetAgreement,
)
from testbed.model.pages import Ask, Cast, Flow, FlowStopped, Page, Visit
from testbed.model.written import Person

ACCOUNT = "eduPersonPrincipalName"
AS_PUPIL = "sisSchoolCourseStudent"
SCHOOL, NEIGHBOUR = "skola", "granne"
SCHOOL_MACHINE = "https://api.skola.test"
"""What the register of machines calls the first school."""
REGISTER = "https://machines.federation.test/machines.jws"
MAX_PAGES = 500
TEACHERS = 3
"""Of so many teachers it is looked whose results they see."""


def push(cast: Cast) -> Flow:
    """The school sends everything, and the next morning only what has changed."""
    yield from _push(cast)
    yield from _push(cast)


def change(cast: Cast) -> Flow:
    """The school sends before and after a person moves to another school unit, and at the end has them as before."""
    yield from _between(cast, Ask(moved(cast.person, cast.moves_to)), Ask(as_before(cast.person)))


def reform(cast: Cast) -> Flow:
    """The same of a person whose class is divided anew: they go on in the class beside it."""
    yield from _between(cast, Ask(_in_next_class(cast.person)), Ask(as_before(cast.person)))


def protect(cast: Cast) -> Flow:
    """The same of a person who comes to have a protected identity."""
    marked = ChangePerson(person=cast.person.id, security_marking="Skyddad folkbokföring")
    unmarked = ChangePerson(person=cast.person.id, security_marking=cast.person.security_marking)
    yield from _between(cast, Ask(marked), Ask(unmarked))


def leave(cast: Cast) -> Flow:
    """The same of a person who leaves the school."""
    yield from _between(cast, Ask(Leave(person=cast.person.id)), Ask(Return(person=cast.person.id)))


def end_agreement(cast: Cast) -> Flow:
    """The same when the agreement is over, after which the vendor is to hold nobody.

    Raises:
        FlowStopped: there is none.
    """
    agreement, party = cast.agreement, cast.vendor.party
    if agreement is None:
        raise FlowStopped(f"an agreement was to end, and {cast.vendor.id} has none")
    yield from _between(cast, Ask(EndAgreement(party=party)), Ask(SetAgreement(party=party, agreement=agreement)))


def strangers(cast: Cast) -> Flow:
    """The school sends, and then somebody calls who is not the school."""
    yield from _push(cast)
    yield Visit(REGISTER)
    yield Ask(CallAsStranger(party=cast.vendor.party))
    yield from _look(cast)


def addresses(cast: Cast) -> Flow:
    """The school sends, and then sends a reference that is an address elsewhere."""
    yield from _push(cast)
    yield Ask(SendAddress(party=cast.vendor.party))
    yield from _look(cast)


def incomplete(cast: Cast) -> Flow:
    """The school sends, and then sends a person of whom something is missing."""
    yield from _push(cast)
    yield Ask(SendIncomplete(party=cast.vendor.party))
    yield from _look(cast)


def named_account(cast: Cast) -> Flow:
    """The school sends before and after it gives a person a user name that tells the person's name."""
    account = ChangePerson(person=cast.person.id, attributes={ACCOUNT: (_telling_name(cast.person),)})
    before = ChangePerson(person=cast.person.id, attributes={ACCOUNT: cast.person.values(ACCOUNT)})
    yield from _between(cast, Ask(account), Ask(before))


def revoked(cast: Cast) -> Flow:
    """The school's key is stolen and withdrawn, and whoever has it goes on calling; at the end it counts again."""
    yield from _push(cast)
    yield Ask(ChangeMachine(entity_id=SCHOOL_MACHINE, step="revoke"))
    yield Visit(REGISTER)
    yield Ask(PushRoster(party=cast.vendor.party, rebuild=True))
    yield from _look(cast)
    yield Ask(ChangeMachine(entity_id=SCHOOL_MACHINE, step="restore"))


def two_schools(cast: Cast) -> Flow:
    """Two schools send, and each asks what the vendor holds of it."""
    for school in (SCHOOL, NEIGHBOUR):
        yield Ask(PushRoster(party=cast.vendor.party, school=school))
    yield from _look(cast)
    # NOTE: a school that is shown another's pupils would have them deleted, so nobody looks after that.
    for school in (SCHOOL, NEIGHBOUR):
        yield Ask(PushRoster(party=cast.vendor.party, school=school, rebuild=True))


def _between(cast: Cast, changed: Ask, changed_back: Ask) -> Flow:
    yield from _push(cast)
    yield changed
    yield from _push(cast)
    yield changed_back


def _push(cast: Cast) -> Steps[None]:
    yield Ask(PushRoster(party=cast.vendor.party))
    yield from _look(cast)


def _look(cast: Cast) -> Steps[None]:
    """Leaf through the pages that show whom the vendor holds, and look whose results some teachers see.

    Raises:
        FlowStopped: they do not end.
    """
    exchange = cast.vendor.exchange
    following = exchange.roster if exchange else None
    for number in range(1, MAX_PAGES + 1):
        if not following:
            break
        page = yield Visit(following)
        following = _page_after(page, number)
    else:
        raise FlowStopped(f"{MAX_PAGES} pages show whom the vendor holds, and there are more")
    if exchange and exchange.results:
        page = yield Visit(exchange.results)
        of_teachers = [link.url for link in page.links if link.url.startswith(f"{exchange.results}/")]
        for url in of_teachers[:TEACHERS]:
            yield Visit(url)


def _page_after(page: Page, number: int) -> str | None:
    """The link to the page of the next number."""
    for link in page.links:
        if parse_qs(urlsplit(link.url).query).get("page") == [str(number + 1)]:
            return link.url
    return None


def _telling_name(person: Person) -> str:
    """Given name and surname at the school's own domain."""
    names = (name for attribute in ("givenName", "sn") for name in person.values(attribute))
    plain = unicodedata.normalize("NFKD", ".".join(names).casefold()).encode("ascii", "ignore").decode()
    domain = next(iter(person.values(ACCOUNT)), "").rpartition("@")[2]
    return f"{re.sub('[^a-z.]', '', plain)}@{domain}"


def _in_next_class(person: Person) -> ChangePerson:
    """The class beside theirs has the next letter, A after the others."""
    told = {AS_PUPIL: tuple(name[:-1] + ("B" if name.endswith("A") else "A") for name in person.values(AS_PUPIL))}
    return ChangePerson(person=person.id, attributes=told)
