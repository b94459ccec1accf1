"""A register says what a dict would that was copied and changed, and what it goes on from stays as it was."""

from hypothesis import given
from hypothesis import strategies as st

from idp.ss12000.register import Register

NAMES = st.sampled_from("abcdef")
CHANGES = st.lists(st.tuples(NAMES, st.none() | st.integers()))


def _change(kept: Register[int], copied: dict[str, int], changes: list[tuple[str, int | None]]) -> None:
    for name, value in changes:
        kept.put(name, value)
        copied.pop(name, None)
        if value is not None:
            copied[name] = value


@given(since=st.dictionaries(NAMES, st.integers()), first=CHANGES, second=CHANGES)
def test_it_says_what_a_changed_copy_would(
    since: dict[str, int], first: list[tuple[str, int | None]], second: list[tuple[str, int | None]]
) -> None:
    before = dict(since)
    middle, copied = Register(since), dict(since)
    _change(middle, copied, first)
    last, again = Register(middle), dict(copied)
    _change(last, again, second)
    for register, expected in ((middle, copied), (last, again)):
        assert dict(register.items()) == expected
        assert sorted(register.values()) == sorted(expected.values())
        assert {name: register.get(name) for name in "abcdef"} == {name: expected.get(name) for name in "abcdef"}
    assert since == before
