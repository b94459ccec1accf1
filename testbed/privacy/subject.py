"""Whom an assertion, a token or an answer is about, and whose a value in it is."""

from collections.abc import Iterable, Sequence

from testbed.model.attributes import by_claim, by_name, by_saml_name
from testbed.model.messages import Assertion
from testbed.model.oidc_messages import Claim
from testbed.privacy.people import NAME_ID, SUBJECT, PeopleIndex

type Told = tuple[str, Sequence[str]]
"""An attribute by canonical name, and the values that are stated of it."""


def subject_of(assertion: Assertion, index: PeopleIndex, player: str) -> str:
    """The person whom the assertion is about; "" when that cannot be told.

    It is the one whose unique value it carries first, the NameID last. Where it carries none that is known, as with a
    vendor that is told a role and no more, it is the one who plays, unless a value in it is somebody else's.
    """
    known = by_saml_name()
    told = [(known[one.name].name, one.values) for one in assertion.attributes if one.name in known]
    return _subject(told, (NAME_ID, assertion.name_id), index, player)


def subject_of_claims(claims: Iterable[Claim], sub: str, index: PeopleIndex, player: str) -> str:
    """The person whom these claims and this ``sub`` are about; see :func:`subject_of`."""
    known = by_claim()
    told = [(known[one.name].name, one.values) for one in claims if one.name in known]
    return _subject(told, (SUBJECT, sub), index, player)


def _subject(told: Iterable[Told], identifier: tuple[str, str], index: PeopleIndex, player: str) -> str:
    agrees = True
    for name, values in told:
        for value in values:
            owners = index.owners(name, value)
            if owners and by_name()[name].unique:
                return owners.first
            agrees = agrees and (not owners or player in owners)
    return index.owners(*identifier).first or (player if agrees else "")


def whose(attribute: str, value: str, subject: str, index: PeopleIndex) -> str:
    """Whose a value in a statement about ``subject`` is: somebody else's only if it points at that one alone.

    A school unit that the subject did not have when people.json was written is the subject's new one, not that of
    whoever happens to be there.
    """
    owners = index.owners(attribute, value)
    if not owners or subject in owners:
        return subject
    if subject and not index.is_unique(attribute):
        return subject
    return owners.only
