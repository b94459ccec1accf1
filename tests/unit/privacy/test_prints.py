"""A filter lets pass what is in it, and a table tells the rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy.prints import Filter, Table
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


def test_a_filter_lets_its_own_words_pass_and_few_others() -> None:
    own = words_of(joined([b" ".join(b"own%d" % n for n in range(500))])[0])
    others = words_of(joined([b" ".join(b"other%d" % n for n in range(5000))])[0])
    kept = Filter.of(stirred(own.prints, 1))
    assert kept.passing(own)[0].tolist() == list(range(500))
    assert len(kept.passing(others)[0]) < 1000
