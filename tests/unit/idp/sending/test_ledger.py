"""The record of what a receiver holds."""

from egil_lab import NOW, SECRET

from idp.provisioning.kinds import Kind as OfTests
from idp.scim.kinds import Kind
from idp.sending.ledger import DIGEST_OCTETS, UNKNOWN, Entry, Ledger
from idp.state import State


def a_ledger(party: str = "https://lasning.test", state: State | None = None, secret: bytes = SECRET) -> Ledger[Kind]:
    return Ledger(state or State(None, lambda: NOW), party, secret, Kind)


def test_an_intention_is_remembered_as_unknown() -> None:
    ledger = a_ledger()
    ledger.intend(Kind.STUDENT, ["a", "b"])
    assert ledger.held("Users") == {"a": Entry(Kind.STUDENT, UNKNOWN), "b": Entry(Kind.STUDENT, UNKNOWN)}


def test_what_was_known_is_unknown_once_a_request_leaves() -> None:
    ledger = a_ledger()
    ledger.intend(Kind.STUDENT, ["a"])
    ledger.settle("Users", {"a": b"digest"})
    assert ledger.held("Users")["a"].digest == b"digest"
    ledger.intend(Kind.TEACHER, ["a"])
    assert ledger.held("Users") == {"a": Entry(Kind.TEACHER, UNKNOWN)}


def test_what_is_gone_is_forgotten() -> None:
    ledger = a_ledger()
    ledger.intend(Kind.STUDENT, ["a", "b"])
    ledger.settle("Users", {}, ["a"])
    assert set(ledger.held("Users")) == {"b"}


def test_one_receivers_record_is_not_anothers() -> None:
    state = State(None, lambda: NOW)
    one, other = a_ledger(state=state), a_ledger("https://annan.test", state)
    one.intend(Kind.STUDENT, ["a"])
    other.intend(Kind.STUDENT, ["b"])
    other.rebuild({Kind.ACTIVITY: ["c"]})
    assert set(one.held("Users")) == {"a"}
    assert (set(other.held("Users")), set(other.held("Activities"))) == (set(), {"c"})


def test_digests_tell_nothing_without_the_secret() -> None:
    ours, same, others = a_ledger(), a_ledger(), a_ledger(secret=b"another")
    assert len(ours.digest(b"body")) == DIGEST_OCTETS
    assert ours.digest(b"body") == same.digest(b"body") != others.digest(b"body")
    assert ours.digest(b"body") != ours.digest(b"another body")


def test_what_a_party_was_sent_by_another_protocol_outlives_a_rebuild() -> None:
    state = State(None, lambda: NOW)
    egil, provisioning = a_ledger(state=state), Ledger(state, "https://lasning.test", SECRET, OfTests)
    egil.intend(Kind.STUDENT, ["a"])
    provisioning.intend(OfTests.PERSON, ["b", "c"])
    provisioning.settle("persons", {"b": b"digest"})
    egil.rebuild({Kind.TEACHER: ["d"]})
    assert provisioning.held("persons") == {"b": Entry(OfTests.PERSON, b"digest"), "c": Entry(OfTests.PERSON, UNKNOWN)}
    provisioning.rebuild({})
    assert provisioning.held("persons") == {}
    assert egil.held("Users") == {"d": Entry(Kind.TEACHER, UNKNOWN)}


def test_a_part_of_the_record_is_read_by_its_ids() -> None:
    ledger = a_ledger()
    ledger.intend(Kind.STUDENT, ["a", "b", "c", "d"])
    ledger.intend(Kind.ACTIVITY, ["b"])
    assert set(ledger.held("Users", "b", "c")) == {"b", "c"}
    assert dict(ledger.kinds_at("Users")) == dict.fromkeys("abcd", Kind.STUDENT)
