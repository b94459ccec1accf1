"""Two documents, and the nodes in which they differ."""

import pytest

from testbed.certify.differences import differences

ONE = b'<r a="1"><b>x</b><c i="1">y</c><c i="2">z</c></r>'


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (ONE, set()),
        (b'<r a="2"><b>x</b><c i="1">y</c><c i="2">z</c></r>', {"r/@a"}),
        (b'<r><b>x</b><c i="1">y</c><c i="2">z</c></r>', {"r/@a"}),
        (b'<r a="1"><b>q</b><c i="1">y</c><c i="2">z</c></r>', {"r/b/text()"}),
        (b'<r a="1"><b><![CDATA[x]]></b><c i="1">y</c><c i="2">z</c></r>', {"r/b/text()"}),
        (b'<r a="1"><b>x<!--n--></b><c i="1">y</c><c i="2">z</c></r>', {"r/b/comment()"}),
        (b'<r a="1"><b>x<?p n?></b><c i="1">y</c><c i="2">z</c></r>', {"r/b/processing-instruction()"}),
        (b'<r a="1"><c i="1">y</c><c i="2">z</c></r>', {"r/b"}),
        (b'<r a="1"><b>x</b><c i="1">y</c></r>', {"r/c[2]"}),
        (b'<r a="1"><b>x</b><c i="0"><d/></c><c i="1">y</c><c i="2">z</c></r>', {"r/c[1]"}),
        (b'<r a="1"><b>x</b><c i="1">y</c><c i="3">q</c></r>', {"r/c[2]/@i", "r/c[2]/text()"}),
        (b'<r a="1"><b>x</b><c i="1">y</c><c i="2">z</c><d/></r>', {"r/d"}),
        (b'<!DOCTYPE r><r a="1"><b>x</b><c i="1">y</c><c i="2">z</c></r>', {"doctype"}),
        (
            b'<!DOCTYPE r [<!ENTITY x "x">]><r a="1"><b>&x;</b><c i="1">y</c><c i="2">z</c></r>',
            {"doctype", "r/b/text()"},
        ),
        (b'<!--n--><r a="1"><b>x</b><c i="1">y</c><c i="2">z</c></r>', {"comment()"}),
        (b'<r a="1" xmlns:n="urn:n"><b>x</b><c i="1">y</c><c i="2">z</c></r>', {"r/@xmlns:n"}),
        (b'<q a="1"/>', {"q"}),
        (b"<r", {"octets"}),
    ],
)
def test_what_differs_is_named(other: bytes, found: set[str]) -> None:
    assert differences(ONE, other) == found


def test_the_consequences_of_signing_again_are_named_only_where_they_are_declared() -> None:
    one, other = (f"<s><DigestValue>{n}</DigestValue><b>{n}</b></s>".encode() for n in "12")
    assert differences(one, other) == {"s/b/text()"}
    declared = frozenset({"s/DigestValue/text()"})
    assert differences(one, other, declared) == {"s/b/text()", *declared}


def test_the_valid_message_must_be_one() -> None:
    with pytest.raises(ValueError, match="not well-formed"):
        differences(b"<r", ONE)
