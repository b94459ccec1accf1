"""What both protocols of sending have in common."""

from testbed.wire.sent import MAX_ADDRESSES, addresses_in


def test_addresses_are_found_wherever_they_stand() -> None:
    body = {
        "a": ["https://x.test/1", {"$ref": "Users/2"}, {"b": {"$ref": "https://y.test/3"}}],
        "c": "see https://z.test",
        "d": "HTTP://q.test/",
        "e": {"$ref": "https://[/"},
    }
    assert set(addresses_in(body, "https://r.test/scim/")) == {
        "https://x.test/1",
        "https://r.test/scim/Users/2",
        "https://y.test/3",
        "HTTP://q.test/",
        "https://[/",
    }


def test_a_body_full_of_addresses_is_read_so_far() -> None:
    assert len(addresses_in([f"https://x.test/{n}" for n in range(2 * MAX_ADDRESSES)], "")) == MAX_ADDRESSES


def test_a_deep_body_is_read() -> None:
    deep: object = "https://x.test/"
    for _ in range(5000):
        deep = [deep]
    assert addresses_in(deep, "") == ("https://x.test/",)
