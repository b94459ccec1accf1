"""In which nodes a forged message differs from the valid one: so a case is held to change what it says, and no more.

A node is named by a path of local names, with ``[n]`` where an element of that name has siblings of the same name in
either document. An element that was added or taken away is named once, for all that it holds.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from lxml import etree

type Element = etree._Element

NOT_XML = "octets"
"""The forged document is none that a parser takes."""
DOCTYPE = "doctype"
CONSEQUENCES = ("/DigestValue/text()", "/SignatureValue/text()")
"""Of any other change, where the message was signed again."""


def differences(valid: bytes, forged: bytes, declared: frozenset[str] = frozenset()) -> frozenset[str]:
    """The nodes in which they differ; digests and values of signatures only where they are declared.

    Raises:
        ValueError: the valid document is none.
    """
    honest = _parsed(valid)
    if honest is None:
        raise ValueError("the valid message is not well-formed")
    other = _parsed(forged)
    if other is None:
        return frozenset({NOT_XML})
    found = set(_document(honest, other))
    return frozenset(path for path in found if path in declared or not path.endswith(CONSEQUENCES))


def _parsed(document: bytes) -> Element | None:
    # NOTE: entities stay as they are written, and CDATA too: how a text is written is what some cases change.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False, huge_tree=True)
    try:
        return etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        return None


def _document(one: Element, other: Element) -> Iterator[str]:
    if (one.getroottree().docinfo.internalDTD is None) != (other.getroottree().docinfo.internalDTD is None):
        yield DOCTYPE
    yield from _loose([*one.itersiblings(preceding=True)], [*other.itersiblings(preceding=True)], "")
    name = _name(other)
    if one.tag != other.tag:
        yield name
    else:
        yield from _element(one, other, name)


def _element(one: Element, other: Element, path: str) -> Iterator[str]:
    """What differs in two elements of one name."""
    for name in sorted({*one.attrib, *other.attrib}):
        if one.get(name) != other.get(name):
            yield f"{path}/@{etree.QName(name).localname}"
    yield from _declared(one, other, path)
    yield from _loose(_nodes(one, elements=False), _nodes(other, elements=False), f"{path}/")
    if _text(one) != _text(other):
        yield f"{path}/text()"
    yield from _children(_nodes(one, elements=True), _nodes(other, elements=True), path)


def _declared(one: Element, other: Element, path: str) -> Iterator[str]:
    mine, theirs = _own_names(one), _own_names(other)
    for prefix in sorted({*mine, *theirs}, key=str):
        if mine.get(prefix) != theirs.get(prefix):
            yield f"{path}/@xmlns:{prefix}" if prefix else f"{path}/@xmlns"


def _own_names(element: Element) -> dict[str | None, str]:
    parent = element.getparent()
    above = {} if parent is None else parent.nsmap
    return {prefix: uri for prefix, uri in element.nsmap.items() if above.get(prefix) != uri}


def _nodes(element: Element, *, elements: bool) -> list[Element]:
    return [child for child in element if isinstance(child.tag, str) is elements and child.tag is not etree.Entity]


def _loose(mine: Sequence[Element], theirs: Sequence[Element], path: str) -> Iterator[str]:
    """Comments and instructions."""
    for kind, name in ((etree.Comment, "comment()"), (etree.ProcessingInstruction, "processing-instruction()")):
        ours, others = ([str(node) for node in nodes if node.tag is kind] for nodes in (mine, theirs))
        if ours != others:
            yield f"{path}{name}"


def _text(element: Element) -> str:
    """The text that an element holds itself, as it is written."""
    parts = [_written(element)] if not any(isinstance(child.tag, str) for child in element) else [element.text or ""]
    parts += [child.tail or "" for child in element if isinstance(child.tag, str)]
    return "".join(parts)


def _written(element: Element) -> str:
    """The inside of an element that holds no elements, without comments and instructions."""
    whole = etree.tostring(element, encoding="unicode", with_tail=False)
    for child in element:
        if child.tag in (etree.Comment, etree.ProcessingInstruction):
            whole = whole.replace(etree.tostring(child, encoding="unicode", with_tail=False), "", 1)
    inner: str = whole.partition(">")[2].rpartition("</")[0]
    return inner


def _children(mine: Sequence[Element], theirs: Sequence[Element], path: str) -> Iterator[str]:
    same = SequenceMatcher(None, [_canonical(one) for one in mine], [_canonical(one) for one in theirs], autojunk=False)
    for kind, start, end, begin, until in same.get_opcodes():
        if kind != "equal":
            yield from _changed(mine[start:end], theirs[begin:until], (mine, theirs), path)


def _changed(
    gone: Sequence[Element], come: Sequence[Element], all_: tuple[Sequence[Element], Sequence[Element]], path: str
) -> Iterator[str]:
    """Elements in the place of others: those of one name are compared with each other in their order."""
    for tag in dict.fromkeys(element.tag for element in (*gone, *come)):
        before = [element for element in gone if element.tag == tag]
        after = [element for element in come if element.tag == tag]
        for one, other in zip_longest(before, after):
            shown = other if other is not None else one
            siblings = all_[1] if other is not None else all_[0]
            inner = f"{path}/{_name(shown)}{_number(shown, siblings, all_)}"
            if one is None or other is None:
                yield inner
            else:
                yield from _element(one, other, inner)


def _number(element: Element, siblings: Sequence[Element], all_: tuple[Sequence[Element], Sequence[Element]]) -> str:
    if all(sum(one.tag == element.tag for one in group) <= 1 for group in all_):
        return ""
    same = [one for one in siblings if one.tag == element.tag]
    return f"[{same.index(element) + 1}]"


def _canonical(element: Element) -> str:
    text: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return text


def _name(element: Element) -> str:
    name: str = etree.QName(element).localname
    return name
