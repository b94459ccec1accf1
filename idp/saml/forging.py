"""From a valid message that is not signed yet to a forged document, in the steps of a :class:`SamlForgery`. Pure."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from idp import mutations
from idp.mutations import Craft, Signing
from idp.saml.encryption import EncryptionTarget, encrypt
from idp.saml.names import SAML
from idp.saml.places import Places, check_places
from idp.saml.sealing import seal
from idp.saml.signing import place, template
from testbed.model.forgery import Covered, Prolog, Replace, SamlForgery, TextOperation

ASSERTION = f"{{{SAML}}}Assertion"
RAW_DEFLATE = -15
MAX_DOCUMENT = 64 * 1024 * 1024
"""Characters."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How the vendor is used to get such messages."""

    covers: tuple[Covered, ...]
    encrypt_to: EncryptionTarget | None = None
    """The vendor's key, None where it has none."""
    encrypts: bool = False


@dataclass(frozen=True, slots=True)
class Forging:
    """All that one forged message is made of beside itself."""

    forgery: SamlForgery
    usual: Usual
    places: Places
    sign_otherwise: Signing
    """Signs what the school says for another use, by the school's own key."""

    @property
    def encrypts(self) -> bool:
        """Whether assertions are encrypted because that was agreed."""
        return self.usual.encrypts and self.forgery.encrypt == "as-agreed" and not _clear(self.forgery)

    @property
    def craft(self) -> Craft:
        """What operations need."""
        return Craft(self.places, self.sign_otherwise)


@dataclass(frozen=True, slots=True)
class Forged:
    """A finished document."""

    document: bytes
    plain: bytes = b""
    """Before anything in it was encrypted; b"" where nothing was."""


def forged(root: etree._Element, forging: Forging) -> Forged:
    """The finished document of a message that carries its signatures inside.

    Args:
        root: the valid message, which is changed.
        forging: how.

    Raises:
        ValueError: the forgery does not fit the message; says why.
    """
    forgery = forging.forgery
    mutations.apply(root, forgery.before, forging.craft)
    plain = _sign(root, forging)
    mutations.apply(root, forgery.after, forging.craft)
    if forgery.encrypt == "after":
        plain = _encrypt(root, [root.find(f".//{ASSERTION}")], forging.usual.encrypt_to)
    elif forgery.after and forging.encrypts:
        # NOTE: what anyone can change they can encrypt too, and could not change once it is encrypted.
        plain = _encrypt(root, root.findall(ASSERTION), forging.usual.encrypt_to)
    return Forged(_finished(root, forging), plain)


def forged_unsigned(root: etree._Element, forging: Forging) -> tuple[bytes, bytes]:
    """The document of a message whose signature stands beside it, as by the Redirect binding: as it is signed, and as
    it is sent.

    Raises:
        ValueError: the forgery does not fit the message; says why.
    """
    if forging.forgery.placed:
        raise ValueError("a message by the Redirect binding has no signature inside that could be changed")
    mutations.apply(root, forging.forgery.before, forging.craft)
    signed: bytes = etree.tostring(root, encoding="UTF-8")
    mutations.apply(root, forging.forgery.after, forging.craft)
    return signed, _finished(root, forging)


def check(forgery: SamlForgery) -> None:
    """Find out all that can be known about a forgery before there is a message.

    Raises:
        ValueError: see :func:`forged`; whether an XPath names an element is not known yet.
    """
    for operations in (forgery.before, forgery.placed, forgery.after):
        mutations.check(operations)
    if forgery.placed and forgery.covers == ():
        raise ValueError("nothing is signed, so there is no signature that could be changed in 'placed'")
    for operation in forgery.document:
        for text in (operation.text, operation.by) if isinstance(operation, Replace) else (operation.text,):
            check_places(text)


def _sign(root: etree._Element, forging: Forging) -> bytes:
    """Sign the message, and encrypt it where that comes between; what it was before that."""
    assertions = root.findall(ASSERTION)
    covers = forging.forgery.covers
    if covers is None:
        # NOTE: what has no assertion tells why nobody was logged in, and the school signs that as a whole.
        usual = forging.usual.covers
        covers = usual if assertions or not usual else ("response",)
    elif "assertion" in covers and not assertions:
        raise ValueError("the message has no assertion that could be signed")
    within = assertions if "assertion" in covers else []
    around = [root] if "response" in covers else []
    sealing = forging.places.seal
    signatures = [place(one, template(sealing.algorithm, sealing.certificate)) for one in (*within, *around)]
    mutations.apply(root, forging.forgery.placed, forging.craft)
    for signature in signatures[: len(within)]:
        _seal(signature, root, forging)
    plain = b""
    if forging.encrypts and not forging.forgery.after:
        plain = _encrypt(root, assertions, forging.usual.encrypt_to)
    for signature in signatures[len(within) :]:
        _seal(signature, root, forging)
    return plain


def _seal(signature: etree._Element, root: etree._Element, forging: Forging) -> None:
    # NOTE: an operation may have taken it out of the message.
    if signature.getroottree().getroot() is root:
        seal(signature, forging.places.seal)


def _clear(forgery: SamlForgery) -> bool:
    return any(mutations.in_the_clear(one) for one in (forgery.before, forgery.placed, forgery.after))


def _encrypt(
    root: etree._Element, assertions: Sequence[etree._Element | None], target: EncryptionTarget | None
) -> bytes:
    """Encrypt these assertions of a message; what it was before."""
    plain: bytes = etree.tostring(root, encoding="UTF-8")
    if target is None:
        raise ValueError("the vendor's metadata has no key that an assertion could be encrypted to")
    for assertion in assertions:
        if assertion is None:
            raise ValueError("the message has no assertion that could be encrypted")
        encrypt(assertion, target)
    return plain


def _finished(root: etree._Element, forging: Forging) -> bytes:
    text: str = etree.tostring(root.getroottree(), encoding="unicode")
    for operation in forging.forgery.document:
        text = _written_over(text, operation, forging.places)
        if len(text) > MAX_DOCUMENT:
            raise ValueError(f"the message would have more than {MAX_DOCUMENT} characters")
    document = text.encode()
    if not forging.forgery.packed:
        return document
    compressor = zlib.compressobj(wbits=RAW_DEFLATE)
    return compressor.compress(document) + compressor.flush()


def _written_over(text: str, operation: TextOperation, places: Places) -> str:
    match operation:
        case Prolog(text=prolog):
            return places.filled(prolog) + text
        case Replace(text=old, by=new, times=times, over=over):
            sought = places.filled(old)
            if (found := text.count(sought)) != times:
                raise ValueError(f"the text {sought[:60]!r} stands {found} times in the message and not {times}")
            return text.replace(sought, places.filled(new) * over)
