"""A filter lets pass what is in it, and a table tells the rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy.mixing import FIRST, VALUE
from testbed.privacy.prints import Heads, Table, sieve_of
from testbed.privacy.words import joined, stirred, words_of

PRINTS = st.lists(st.integers(0, 2**64 - 1), max_size=50)


@given(PRINTS, PRINTS)
def test_a_table_tells_the_rows_of_a_fingerprint(some: list[int], others: list[int]) -> None:
    table = Table.of(np.array(some, np.uint64), np.arange(len(some), dtype=np.uint32)).with_more(
        np.array(others, np.uint64), np.arange(len(some), len(some) + len(others), dtype=np.uint32)
    )
    everything = some + others
    for one in {*everything, 7}:
        assert list(table.rows_of(one)) == [row for row, known in enumerate(everything) if known == one]
        assert table.present(np.array([one], np.uint64)).tolist() == [one in everything]


def test_a_sieve_lets_its_own_words_pass_and_few_others() -> None:
    own = joined([b" ".join(b"own%d" % n for n in range(500))])[0]
    others = joined([b" ".join(b"other%d" % n for n in range(5000))])[0]
    prints = words_of(own).prints
    sieve = sieve_of(Heads(stirred(prints, FIRST), stirred(prints, VALUE)))
    assert words_of(own, sieve).alone.tolist() == list(range(500))
    assert len(words_of(others, sieve).alone) < 100
    assert len(words_of(own, sieve).named) < 50


def test_heads_are_kept_once() -> None:
    one = Heads(np.array([1, 2], np.uint64), np.array([3], np.uint64))
    assert [prints.tolist() for prints in Heads.of((one, one))] == [[1, 2], [3]]
    assert [prints.tolist() for prints in Heads.of(())] == [[], []]
