"""The compiled loops find what slow ones would."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy import kernels


@given(st.binary(max_size=200))
def test_runs_of_kinds_are_found_with_the_kinds_in_them(raw: bytes) -> None:
    kinds = np.zeros(256, np.uint8)
    kinds[97:110], kinds[110:123] = 1, 2
    starts, ends, held = np.empty(101, np.int64), np.empty(101, np.int64), np.empty(101, np.uint8)
    count = kernels.kind_spans(np.frombuffer(raw, np.uint8), kinds, starts, ends, held)
    expected = [(m.start(), m.end()) for m in re.finditer(rb"[a-z]+", raw)]
    assert list(zip(starts[:count].tolist(), ends[:count].tolist(), strict=True)) == expected


@given(st.text("ab+-/ ", max_size=80).map(str.encode))
def test_runs_end_with_letters_and_not_with_signs(raw: bytes) -> None:
    kinds, sign = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
    kinds[97:123], sign[ord("+")] = 1, 1
    starts, ends = np.empty(82, np.int64), np.empty(82, np.int64)
    held, signs = np.empty(82, np.uint8), np.empty(82, np.uint8)
    count = kernels.run_spans(np.frombuffer(raw, np.uint8), kinds, sign, 2, starts, ends, held, signs)
    expected = [(m.start(), m.end()) for m in re.finditer(rb"[ab](?:[ab+]*[ab])?", raw) if m.end() - m.start() > 1]
    assert list(zip(starts[:count].tolist(), ends[:count].tolist(), strict=True)) == expected
