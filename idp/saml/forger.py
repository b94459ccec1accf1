"""The school's desk for forged messages of SAML: what waits, who is spoken of, and the account of what was made."""

import logging
from dataclasses import dataclass

from lxml import etree

from idp.accounts import Makings
from idp.config import Clock, SchoolConfig
from idp.logout_run import Named
from idp.rollover import Rollover
from idp.saml import forging
from idp.saml.forging import Forging, Usual, forged, forged_unsigned
from idp.saml.identifiers import NameId, name_id
from idp.saml.places import NOBODY, Identity, NewIds, Places
from idp.saml.responses import Forge, new_identifier
from idp.saml.seals import Seal, Seals
from idp.saml.signing import Signers
from idp.spoiling import Spoiler, Waiting
from testbed.model.forgery import Made, MessageKind, SamlForgery, SamlKey

MAX_TOLD = 256 * 1024
"""Characters of a document in the account of it."""

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class About:
    """Whom a message goes to, and whom it may speak of."""

    party: str
    acs: str
    """Where the vendor takes it; "" where it goes nowhere of the vendor's."""
    request: str = ""
    """The ID of the request that it answers."""
    own: Identity = NOBODY
    other: Identity = NOBODY
    fetched: bool = False


@dataclass(frozen=True)
class Forger:
    """Makes what the lab has ordered of this school."""

    config: SchoolConfig
    spoiler: Spoiler
    makings: Makings
    seals: Seals
    signers: Signers
    rollover: Rollover
    secret: bytes
    """Behind the identifiers of people."""
    now: Clock

    def check(self, forgery: SamlForgery) -> None:
        """Find out all that can be known about a forgery before there is a message.

        Raises:
            ValueError: it cannot be carried out; says why.
        """
        self.seals.check(forgery.key)
        forging.check(forgery)

    def take(self, party: str, kind: MessageKind) -> Waiting | None:
        """How the message of this kind that is being made is to be forged; None, as a rule: it is to be honest."""
        waiting = self.spoiler.take(party, kind)
        if waiting is not None:
            log.info("%s to %s is forged on purpose", kind, waiting.party)
        return waiting

    def forge(self, waiting: Waiting, usual: Usual, about: About) -> Forge:
        """Finishes a message that carries its signatures inside, and keeps the account of it.

        Raises:
            ValueError: by what is returned: the forgery does not fit the message.
        """

        def finish(root: etree._Element) -> bytes:
            made = forged(root, self._forging(waiting, usual, about))
            self._tell(waiting, about, made.document, made.plain)
            return made.document

        return finish

    def beside(self, root: etree._Element, waiting: Waiting, about: About) -> tuple[bytes, bytes]:
        """A message whose signature stands beside it: as it is signed, and as it is sent.

        Raises:
            ValueError: the forgery does not fit the message.
        """
        signed, sent = forged_unsigned(root, self._forging(waiting, Usual(("response",)), about))
        self._tell(waiting, about, sent)
        return signed, sent

    def seal(self, waiting: Waiting) -> Seal | None:
        """What signs a message beside itself; None where nothing does."""
        forgery = _saml(waiting)
        return None if forgery.covers == () else self._seal(forgery.key)

    def about_logout(self, waiting: Waiting, whom: Named, place: str) -> About:
        """What a forged request to log out may speak of.

        Args:
            waiting: how it is forged.
            whom: the vendor, and the person whose session ends.
            place: where the vendor takes it.
        """
        party, name_format = whom.who.party, whom.name_id_format
        own = Identity(NameId(name_format, whom.name_id))
        other = Identity(name_id(waiting.other, party, name_format, self.secret)) if waiting.other else NOBODY
        return About(party, place, own=own, other=other)

    def _forging(self, waiting: Waiting, usual: Usual, about: About) -> Forging:
        forgery = _saml(waiting)
        second = self.config.second
        places = Places(
            fixed={
                "acs": about.acs,
                "audience": about.party,
                "issuer": self.config.entity_id,
                "request": about.request,
                "second": second.entity_id if second else "",
            },
            now=self.now(),
            own=about.own,
            other=about.other,
            certificate=lambda name: self._seal(name).certificate,
            seal=self._seal(forgery.key),
            new_id=NewIds(new_identifier),
        )
        return Forging(forgery, usual, places, self.signers.at(self.rollover.stage).sign)

    def _seal(self, name: SamlKey) -> Seal:
        return self.seals.at(name, self.rollover.stage)

    def _tell(self, waiting: Waiting, about: About, document: bytes, plain: bytes = b"") -> None:
        if not waiting.told:
            return
        self.makings.add(
            Made(
                at=self.now(),
                party=waiting.party,
                message=waiting.forgery.message,
                # NOTE: a document that is packed is no text; the lab knows what it asked for.
                document=document[:MAX_TOLD].decode("utf-8", "replace"),
                said=about.own.said,
                other=about.other.said,
                delivered_to=about.acs,
                fetched=about.fetched,
                plain=plain[:MAX_TOLD].decode("utf-8", "replace"),
            )
        )


def _saml(waiting: Waiting) -> SamlForgery:
    if not isinstance(waiting.forgery, SamlForgery):
        raise ValueError(f"a {waiting.forgery.message} is no message of SAML")
    return waiting.forgery
