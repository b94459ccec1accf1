"""Whom an assertion is about, and whose a value in it is."""

from testbed.model.attributes import by_saml_name
from testbed.model.messages import Assertion
from testbed.privacy.people import NAME_ID, PeopleIndex


def subject_of(assertion: Assertion, index: PeopleIndex, player: str) -> str:
    """The person whom the assertion is about; "" when that cannot be told.

    It is the one whose unique value it carries first, the NameID last. Where it carries none that is known, as with a
    vendor that is told a role and no more, it is the one who plays, unless a value in it is somebody else's.
    """
    known = by_saml_name()
    agrees = True
    for attribute in assertion.attributes:
        row = known.get(attribute.name)
        if row is None:
            continue
        for value in attribute.values:
            owners = index.owners(row.name, value)
            if owners and row.unique:
                return owners[0]
            agrees = agrees and (not owners or player in owners)
    owners = index.owners(NAME_ID, assertion.name_id) if assertion.name_id else ()
    if owners:
        return owners[0]
    return player if agrees else ""


def whose(attribute: str, value: str, subject: str, index: PeopleIndex) -> str:
    """Whose a value in an assertion about ``subject`` is: somebody else's only if it points at that one alone.

    A school unit that the subject did not have when people.json was written is the subject's new one, not that of
    whoever happens to be there.
    """
    owners = index.owners(attribute, value)
    if not owners or subject in owners:
        return subject
    if subject and not index.is_unique(attribute):
        return subject
    return owners[0] if len(owners) == 1 else ""
