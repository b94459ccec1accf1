"""NameIDs: the same where they must be, different where they must be."""

from idp.saml.identifiers import name_id
from testbed.model.messages import NAMEID_PERSISTENT, NAMEID_TRANSIENT


def persistent(person: str = "elev-1", entity_id: str = "https://a.test", secret: bytes = b"s") -> str:
    return name_id(person, entity_id, NAMEID_PERSISTENT, secret).value


def test_a_persistent_identifier_is_one_persons_at_one_vendor() -> None:
    assert persistent() == persistent()
    others = {persistent("elev-2"), persistent(entity_id="https://b.test"), persistent(secret=b"t")}
    assert len(others | {persistent()}) == 4
    assert "elev" not in persistent()


def test_person_and_vendor_cannot_run_into_each_other() -> None:
    assert persistent("1", "https://a.test") != persistent("", "https://a.test1")


def test_a_transient_identifier_is_new_each_time() -> None:
    one, two = (name_id("elev-1", "https://a.test", NAMEID_TRANSIENT, b"s") for _ in range(2))
    assert one.format == two.format == NAMEID_TRANSIENT
    assert one.value != two.value
