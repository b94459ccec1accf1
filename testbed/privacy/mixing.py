"""The numbers that fingerprints are stirred with, which compiled loops and numpy share."""

import numpy as np

K1 = np.uint64(0x9E3779B97F4A7C15)
K2 = np.uint64(0xC2B2AE3D27D4EB4F)
K3 = np.uint64(0x165667B19E3779F9)
CHAIN = np.uint64(0xD6E8FEB86659FD93)

FIRST, PAIR, VALUE, NAME = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(5)
"""Tags of what a filter holds: first words, first two words, whole values and whole names of fields of one word."""
MAX_GAP = 12
"""Octets between two words that may belong to one value."""
