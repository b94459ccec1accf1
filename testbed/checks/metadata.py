"""Metadata against the federation's seven rules: what the linter says, of the entities that a play met.

Each rule that breaks would keep an entity out of the federation's register. The school's and the vendor's metadata are
judged alike where a rule is about both; the sender of a finding is the one whose metadata it is.
"""

from collections.abc import Iterator

from testbed.checks.core import Observation, Outcome, Skip, check, message_of
from testbed.checks.saml import vendors_metadata
from testbed.model.messages import EntityRole, SamlMetadata
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import Pointer, host_of
from testbed.wire.metadata_rules import rule_named

PROFILE = "Skolfederation SAML WebSSO Technology Profile"
METADATA = (message_of(SamlMetadata),)
BOTH: tuple[EntityRole, ...] = ("idp", "sp")


@check(
    clause=f"{PROFILE} 2.1.1",
    sv="Texter i metadata finns på svenska och engelska",
    about="vendor",
    severity=Severity.SHOULD,
    needs=METADATA,
)
def texts_in_swedish_and_english(evidence: Evidence) -> Iterator[Outcome]:
    """What metadata tells people stands there in Swedish and in English.

    Pupils and guardians choose their school and see the service by these texts. The federation does not enforce it yet.
    """
    yield from _remarks(evidence, "texts-in-swedish-and-english", BOTH)


@check(clause=f"{PROFILE} 2.1.3", sv="Skolans metadata har errorURL", about="school", needs=METADATA)
def error_url_is_given(evidence: Evidence) -> Iterator[Outcome]:
    """The school's metadata names a page for those who cannot log in.

    Without it a service can only tell a pupil that something went wrong.
    """
    yield from _remarks(evidence, "error-url-is-given", ("idp",))


@check(
    clause=f"{PROFILE} 2.1.6", sv="Skolans metadata har certifikat för underskrifter", about="school", needs=METADATA
)
def signing_certificate_is_given(evidence: Evidence) -> Iterator[Outcome]:
    """The school's metadata holds a certificate that its signatures can be verified with.

    Without it nobody can tell an answer of the school from anyone else's.
    """
    yield from _remarks(evidence, "signing-certificate-is-given", ("idp",))


@check(
    clause=f"{PROFILE} 3.1.4", sv="Leverantörens metadata har certifikat för kryptering", about="vendor", needs=METADATA
)
def encryption_certificate_is_given(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor's metadata holds a certificate that a school can encrypt to.

    Without it every value passes the person's browser readable.
    """
    yield from _remarks(evidence, "encryption-certificate-is-given", ("sp",))


@check(
    clause=f"{PROFILE} 3.1.6",
    sv="Leverantörens metadata säger vilka uppgifter som behövs",
    about="vendor",
    needs=METADATA,
)
def needs_are_declared(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor's metadata says which attributes it needs, and for what service.

    It is what a school holds against the agreement before it lets anyone in.
    """
    yield from _remarks(evidence, "needs-are-declared", ("sp",))


@check(
    clause=f"{PROFILE} 2.1.7 and 3.1.5",
    sv="Adresser i metadata är https med rätt bindning",
    about="vendor",
    needs=METADATA,
)
def endpoints_are_sound(evidence: Evidence) -> Iterator[Outcome]:
    """Where metadata has messages sent is https, by a binding that can carry them.

    An assertion in an address ends up in logs, and one sent without TLS with whoever listens.
    """
    yield from _remarks(evidence, "endpoints-are-sound", BOTH)


@check(clause=f"{PROFILE} 2.1.10 and 3.1.8", sv="Metadata namnger kontakter", about="vendor", needs=METADATA)
def contacts_are_named(evidence: Evidence) -> Iterator[Outcome]:
    """Metadata says whom to ask about technical matters, and whom for support.

    When logins fail on the morning of a national test, someone must be reachable.
    """
    yield from _remarks(evidence, "contacts-are-named", BOTH)


def _remarks(evidence: Evidence, rule: str, roles: tuple[EntityRole, ...]) -> Iterator[Outcome]:
    """What the linter says by this rule; warnings too where the rule as a whole is no more than one."""
    parties = _parties(evidence, roles)
    if not parties:
        yield Skip(f"no metadata of a party in the role {' or '.join(roles)} was seen")
    levels = ("error",) if rule_named(rule).enforced else ("error", "warning")
    for party in parties:
        for remark in party.remarks:
            if remark.rule == rule and remark.role in roles and remark.level in levels:
                yield Observation(
                    f"{party.entity_id}: {remark.problem.en}",
                    remark.mend.en,
                    where=Pointer(party.where.exchange, f"{party.where.locator}{remark.place}"),
                    person="",
                    sender=host_of(party.entity_id),
                    clause=f"{PROFILE} {remark.section}",
                )


def _parties(evidence: Evidence, roles: tuple[EntityRole, ...]) -> list[SamlMetadata]:
    schools = [m for m in evidence.messages if isinstance(m, SamlMetadata) and m.is_idp] if "idp" in roles else []
    vendors = vendors_metadata(evidence) if "sp" in roles else []
    return [*schools, *(vendor for vendor in vendors if not any(vendor is school for school in schools))]
