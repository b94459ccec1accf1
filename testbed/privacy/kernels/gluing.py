"""Texts that were read among octets that are no text, without the letters that chance may have put around them."""

from testbed.privacy.kernels.jit import Numbers, Octets, compiled

MARGIN = 16
CUT, CUT_OF_LONG, EDGE, LEAST_LEFT = 6, 3, 100, 4
"""Letters that chance may have put on either side of a short text and of a long one; octets that are short; and fewer
than which say nothing."""


@compiled
def _cut_size(size: int, cut: int) -> int:
    total = -MARGIN
    for before in range(cut):
        for behind in range(cut):
            left = size - before - behind
            total += left + MARGIN if left >= LEAST_LEFT else 0
    return total


@compiled
def sizes_unglued(sizes: Numbers, out: Numbers) -> None:
    """Octets that :func:`all_unglued` makes of texts of these sizes, which are :data:`LEAST_TEXT` at least."""
    for row in range(len(sizes)):
        size = sizes[row]
        if size > 2 * EDGE:
            out[row] = size + 2 * (MARGIN + _cut_size(EDGE, CUT))
        else:
            out[row] = _cut_size(size, CUT if size <= EDGE else CUT_OF_LONG)


@compiled
def _cut(data: Octets, begin: int, end: int, cut: int, out: Octets, at: int) -> int:
    for before in range(cut):
        for behind in range(cut):
            size = end - behind - begin - before
            if size >= LEAST_LEFT:
                out[at : at + size] = data[begin + before : end - behind]
                out[at + size : at + size + MARGIN] = 0
                at += size + MARGIN
    return at - MARGIN


@compiled
def all_unglued(data: Octets, begins: Numbers, ends: Numbers, to: Numbers, out: Octets) -> None:
    """Write texts, and each without the letters that chance may have put before and behind it."""
    for row in range(len(begins)):
        begin, end, at = begins[row], ends[row], to[row]
        size = end - begin
        if size <= 2 * EDGE:
            _cut(data, begin, end, CUT if size <= EDGE else CUT_OF_LONG, out, at)
            continue
        out[at : at + size] = data[begin:end]
        out[at + size : at + size + MARGIN] = 0
        at = _cut(data, begin, begin + EDGE, CUT, out, at + size + MARGIN)
        _cut(data, end - EDGE, end, CUT, out, at + MARGIN)
