"""Texts stay what they are however they are moved from buffer to buffer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.privacy import texts as module
from testbed.privacy.pieces import FORMS
from testbed.privacy.texts import AS_SENT, Layers, Raw, Texts, batches, regrouped, texts_of
from testbed.privacy.words import MARGIN

RAWS = st.lists(st.builds(Raw, st.integers(0, 9), st.integers(0, 5), st.binary(max_size=40), st.booleans()), max_size=8)
GLUED = st.lists(st.builds(Raw, st.integers(0, 9), st.integers(0, 5), st.binary(min_size=8, max_size=300)), max_size=5)


def raws_of(texts: Texts) -> list[Raw]:
    """Each by itself."""
    return [texts.raw(number) for number in range(len(texts))]


def has_margins(texts: Texts) -> bool:
    """Whether zeros stand before, between and behind them, and nothing else does."""
    outside = np.ones(len(texts.octets), np.bool_)
    for begin, end in zip(texts.begins, texts.ends, strict=True):
        outside[begin:end] = False
    edges = [0, *texts.ends.tolist()], [*texts.begins.tolist(), len(texts.octets)]
    apart = all(begin - end >= MARGIN for end, begin in zip(*edges, strict=True))
    return apart and not texts.octets[outside].any()


@given(RAWS)
def test_texts_are_those_that_they_were_made_of(raws: list[Raw]) -> None:
    texts = texts_of(raws)
    assert raws_of(texts) == raws
    assert texts.sizes().tolist() == [len(raw.data) for raw in raws]
    assert has_margins(texts)


@settings(deadline=None)
@given(RAWS, st.randoms(use_true_random=False))
def test_chosen_texts_are_the_same_when_they_are_compact(raws: list[Raw], random: object) -> None:
    which = [number for number in range(len(raws)) if random.random() < 0.5]  # type: ignore[attr-defined]
    compact = texts_of(raws).chosen(np.array(which, np.int64)).compact()
    assert raws_of(compact) == [raws[number] for number in which]
    assert has_margins(compact)


@settings(deadline=None)
@given(RAWS)
def test_prints_are_the_same_for_the_same_text_in_the_same_part(raws: list[Raw]) -> None:
    twice = texts_of([*raws, *reversed(raws)]).prints().tolist()
    assert twice == twice[::-1]
    told = {(raw.part, raw.data) for raw in raws}
    assert len(set(twice)) == len(told)


@settings(deadline=None)
@given(GLUED)
def test_texts_of_chance_letters_hold_themselves_and_less(raws: list[Raw]) -> None:
    texts = texts_of(raws)
    unglued = texts.unglued()
    assert unglued.sizes().tolist() == texts.unglued_sizes().tolist()
    assert has_margins(unglued)
    for number, raw in enumerate(raws):
        assert unglued.data(number).startswith(raw.data)
        assert raw.data[2:-2] in unglued.data(number)
        assert unglued.raw(number)._replace(data=b"") == raw._replace(data=b"")


@pytest.mark.parametrize("size", [1, 30, 10_000])
def test_batches_and_groups_keep_all_texts_in_order(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(module, "BATCH", size)
    sent = [b"x" * (number * 7 % 50) for number in range(40)]
    several = list(batches(sent))
    told = [raw for texts in several for raw in raws_of(texts)]
    assert told == [Raw(number, AS_SENT, part) for number, part in enumerate(sent) if part]
    assert all(has_margins(texts) for texts in several)
    raws = [Raw(number, number % 3, part, bool(number % 2)) for number, part in enumerate(sent)]
    assert all(len(texts) == 1 or texts.sizes().sum() <= size for texts in several)
    groups = list(regrouped([texts_of(raws[at : at + 3]) for at in range(0, len(raws), 3)]))
    assert [raw for texts in groups for raw in raws_of(texts)] == raws
    assert all(has_margins(texts) for texts in groups)


def test_no_texts_are_no_batches() -> None:
    assert list(batches([])) == []
    assert list(regrouped([])) == []
    assert raws_of(texts_of([]).compact()) == raws_of(texts_of([]).unglued()) == []
    assert texts_of([]).prints().tolist() == []


def test_layers_have_one_number_each() -> None:
    layers = Layers()
    inner = layers.within(layers.within(AS_SENT, "base64"), "gzip")
    assert layers.within(layers.within(AS_SENT, "base64"), "gzip") == inner
    assert layers.names(inner) == ("base64", "gzip")
    assert (layers.depth(AS_SENT), layers.depth(inner)) == (0, 2)
    assert layers.depths().tolist() == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, len(FORMS) - 1)), max_size=20))
def test_many_layers_are_numbered_as_one_is(pairs: list[tuple[int, int]]) -> None:
    layers = Layers()
    outer = [AS_SENT, layers.within(AS_SENT, "hex"), layers.within(AS_SENT, "gzip")]
    numbers = np.array([outer[number] for number, _ in pairs], np.int64)
    within = layers.all_within(numbers, np.array([form for _, form in pairs], np.int64))
    expected = [(*layers.names(outer[number]), FORMS[form]) for number, form in pairs]
    assert [layers.names(number) for number in within.tolist()] == expected
    assert layers.depths()[within].tolist() == [len(names) for names in expected]
