"""The compiler, and the types of what compiled functions are handed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

type Octets = NDArray[np.uint8]
type Marks = NDArray[np.bool_]
type Numbers = NDArray[np.int64]
type Prints = NDArray[np.uint64]
type Table = NDArray[np.int32]
"""A row for each of many things."""
type Whole = int | np.integer[Any]


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code."""
    made: Callable[P, R] = njit(cache=True)(function)
    return made
