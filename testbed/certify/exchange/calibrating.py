"""Learn of a vendor what its honest behaviour looks like, before anything else is sent: nothing of it is configured."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from testbed.certify.exchange.bodies import CIVIC_NUMBER, COLLECTIONS, NOBODYS_NUMBER
from testbed.certify.exchange.calling import Answer, Caller, Unreached
from testbed.certify.exchange.eyes import Eyes
from testbed.certify.exchange.names import Names
from testbed.model.certificate import Calibration, ConfigurationError, Slot
from testbed.model.exchange_case import Body, Call
from testbed.model.strict import Bilingual

GROUND = ("organisation", "unit", "person", "group")
"""What an honest school sends first, in EGIL's order."""
STAYS = ("organisation", "unit")
"""Of these, what cases refer to."""
BLIND = Bilingual(
    sv="Inget visar vilka tjänsten har: låt den svara på GET, eller nämn dess sida i exchange.roster.",
    en="Nothing shows whom the service holds: let it answer GET, or name its page in exchange.roster.",
)
NO_PAGE = Bilingual(
    sv="Tjänstens sida (exchange.roster) gick inte att läsa: nämn en som den svarar på utan inloggning.",
    en="The service's page (exchange.roster) could not be read: name one that it answers without a login.",
)
UNREACHED: Mapping[Unreached, tuple[tuple[str, str], Bilingual]] = MappingProxyType(
    {
        "nobody": (
            ("Ingen svarar på", "Nothing answers at"),
            Bilingual(
                sv="Starta tjänsten, eller rätta adressen i dess fil (exchange.receives eller exchange.serves).",
                en="Start the service, or correct the address in its file (exchange.receives, or exchange.serves).",
            ),
        ),
        "distrusted": (
            ("Det går inte att lita på certifikatet hos", "The certificate is not to be trusted of"),
            Bilingual(
                sv="Ge tjänsten ett certifikat för den adressen, från testmiljöns utfärdare ({server_certificate}) "
                "eller någon som datorn litar på.",
                en="Give the service a certificate for that address, of the lab's authority ({server_certificate}) or "
                "of one that this machine trusts.",
            ),
        ),
        "no-tls": (
            ("Det som svarar talar inte TLS på", "What answers speaks no TLS at"),
            Bilingual(sv="Låt tjänsten svara med https där.", en="Let the service answer by https there."),
        ),
    }
)
"""What is wrong with an address, and how to mend that."""
DISTRUSTING = Bilingual(
    sv="Låt tjänsten lita på registret, tokentjänsten och de certifikat som står i docs/certify-exchange.md.",
    en="Let the service trust the register, the token service and the certificates of docs/certify-exchange.md.",
)
PLAIN = Bilingual(
    sv="Låt tjänsten svara med https: den som anropar visar vem den är med sitt certifikat.",
    en="Let the service answer by https: who calls shows by a certificate who that is.",
)
OF_PERSON = Call(path="/persons", query={"limit": "1"})


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learned, or why nothing could be."""

    calibration: Calibration
    known: dict[str, str]
    """Names that cases may use."""
    configuration: tuple[ConfigurationError, ...] = ()


async def learn_receiver(caller: Caller, eyes: Eyes) -> Learnt:
    """Send a small roster, see by what it can be seen, and take the people back."""
    names = Names()
    for kind in GROUND:
        answer = await caller.call(create(kind), names)
        if not answer.taken and kind == "person":
            # NOTE: a vendor that demands more than EGIL does is tried all the same, and a case tells of that.
            names.known[CIVIC_NUMBER] = NOBODYS_NUMBER
            answer = await caller.call(create(kind), names)
        if not answer.taken:
            return _not_taken(f"POST /{COLLECTIONS[kind]}", caller.world.base, answer)
        await eyes.learn(kind, names.id_of(kind))
    for kind in reversed(GROUND):
        if kind not in STAYS:
            await caller.call(drop(kind), names)
    blind = NO_PAGE if caller.world.roster and await caller.world.page(caller.world.roster) is None else BLIND
    slots = tuple(Slot(eye.value, kind) for kind, found in eyes.open_.items() for eye in sorted(found))
    stays = (*STAYS, CIVIC_NUMBER)
    return Learnt(
        Calibration(slots, None if eyes.open_["person"] else blind),
        {name: id_ for name, id_ in names.known.items() if name in stays},
    )


def create(kind: str) -> Call:
    """An honest school makes it known."""
    return Call(method="POST", path=f"/{COLLECTIONS[kind]}", body=Body(of=kind))


def drop(kind: str) -> Call:
    """An honest school takes it back."""
    return Call(method="DELETE", path=f"/{COLLECTIONS[kind]}/{{{kind}}}")


async def learn_server(caller: Caller) -> Learnt:
    """Fetch two people as a vendor does, and remember what identifies them."""
    names = Names()
    answer = await caller.call(OF_PERSON, names)
    document = answer.json
    people = document.get("data") if isinstance(document, dict) else None
    if not answer.taken or not isinstance(document, dict) or not isinstance(people, list):
        return _not_taken("GET /persons", caller.world.base, answer)
    if not people or not isinstance(people[0], dict):
        words = Bilingual(sv="Tjänsten visar ingen person.", en="The service shows no person.")
        return Learnt(Calibration((), words), {})
    person = people[0]
    meta = person.get("meta")
    modified = meta.get("modified") if isinstance(meta, dict) else None
    found = {"own-person": person.get("id"), "modified": modified}
    known = {name: value for name, value in found.items() if isinstance(value, str) and value}
    if "own-person" not in known:
        words = Bilingual(sv="Personer saknar id.", en="People have no id.")
        return Learnt(Calibration((), words), {})
    notes = () if "modified" in known else ("the service does not tell when a person was changed",)
    return Learnt(Calibration((Slot("/data/0/id", "own-person"),), None, notes), known)


def _not_taken(what: str, base: str, answer: Answer) -> Learnt:
    """An honest call came to nothing: why, and what would mend it."""
    told = Bilingual(sv=answer.told or "inget svar", en=answer.told or "no answer")
    if answer.unreached is not None:
        (sv, en), mend = UNREACHED[answer.unreached]
        problem = Bilingual(sv=f"{sv} {base}: {told.sv}.", en=f"{en} {base}: {told.en}.")
    else:
        mend = DISTRUSTING if base.startswith("https://") else PLAIN
        problem = Bilingual(
            sv=f"Ett ärligt anrop togs inte emot: {what} gav {told.sv}.",
            en=f"An honest call was not taken: {what} came to {told.en}.",
        )
    return Learnt(Calibration(), {}, (ConfigurationError(problem, mend),))


async def twin(side: str, caller: Caller, eyes: Eyes, known: dict[str, str]) -> bool:
    """Whether an honest call is taken, and can be seen to be where anything can."""
    names = Names(dict(known))
    if side == "server":
        answer = await caller.call(OF_PERSON, names)
        return answer.taken and answer.has(known["own-person"])
    answer = await caller.call(create("person"), names)
    try:
        held, _ = await eyes.held("person", names)
    finally:
        await caller.call(drop("person"), names)
    return answer.taken and held is not False
