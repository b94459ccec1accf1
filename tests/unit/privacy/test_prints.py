"""A filter lets pass what is in it, and a table tells the rows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.privacy.mixing import FIRST, VALUE
from testbed.privacy.prints import BITS_EACH, MAX_BITS, MIN_BITS, Filter, Heads, Table, sieve_of
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


@given(PRINTS)
def test_a_filter_lets_all_pass_that_are_in_it(some: list[int]) -> None:
    prints = np.array(some, np.uint64)
    assert Filter.of(prints).passing(prints).all()
    assert not Filter.of(np.zeros(0, np.uint64)).passing(prints).any()


def test_a_filter_grows_with_what_is_in_it_and_lets_few_others_pass() -> None:
    random = np.random.default_rng(1)
    own, others = random.integers(0, 1 << 64, (2, 100_000), np.uint64)
    small, large = Filter.of(own[:10]), Filter.of(own)
    assert 64 * len(small.cells) == 1 << MIN_BITS
    assert BITS_EACH * len(own) // 2 < 64 * len(large.cells) < 1 << MAX_BITS
    assert large.passing(own).all()
    assert large.passing(others).sum() * 50 < len(others)


@settings(deadline=None)
@given(PRINTS)
def test_the_compiled_loop_lets_pass_what_the_filter_does(some: list[int]) -> None:
    text, _ = joined([b" ".join(b"word%d" % (one % 97) for one in some)])
    words = words_of(text)
    own = words.prints[::2]
    sieve = sieve_of(Heads(stirred(own, FIRST), stirred(own, VALUE)))
    passing = Filter(sieve.firsts, sieve.firsts_shift).passing(stirred(words.prints, FIRST))
    passing &= Filter(sieve.wholes, sieve.wholes_shift).passing(stirred(words.prints, VALUE))
    assert words_of(text, sieve).alone.tolist() == np.flatnonzero(passing).tolist()


def test_rows_of_a_large_table_are_found() -> None:
    prints = np.arange(0, 3000, 3, dtype=np.uint64)
    table = Table.of(prints[::-1], np.arange(len(prints), dtype=np.uint32)[::-1])
    assert [list(table.rows_of(int(one))) for one in prints] == [[number] for number in range(len(prints))]
    assert not table.present(prints + np.uint64(1)).any()
    assert list(table.rows_of(1 << 63)) == []
