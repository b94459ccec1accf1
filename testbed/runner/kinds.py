"""Every kind of person that a school has, and the scenarios that play each of them with each vendor.

Logins fail for the unusual ones: for whom, only shows when each kind is played.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from testbed.model.written import (
    Agreement,
    Bilingual,
    Casting,
    Expect,
    PersonKind,
    Scenario,
    Suite,
    Vendor,
)

REFUSED_BY_ROLE = ("RequestDenied", "NoAuthnContext")
"""How the school may refuse a person whose role is no subject of the agreement (SAML Core 3.2.2.2): because of that, or
before it comes to that because the vendor asks for a login that the person cannot make."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of person; its casting names a role."""

    id: str
    sv: str
    en: str
    casting: Casting


KINDS: tuple[Kind, ...] = (
    Kind("pupil", "Elev", "Pupil", Casting(role="pupil")),
    Kind(
        "preschool-class",
        "Elev i förskoleklass",
        "Pupil in the preschool class",
        Casting(role="pupil", stage="preschool-class"),
    ),
    Kind(
        "upper-secondary",
        "Elev i gymnasiet",
        "Pupil in upper secondary school",
        Casting(role="pupil", stage="upper-secondary"),
    ),
    Kind(
        "confidential",
        "Elev med sekretessmarkering",
        "Pupil marked confidential (sekretessmarkering)",
        Casting(role="pupil", security_marking="Sekretessmarkering"),
    ),
    Kind(
        "protected-registration",
        "Elev med skyddad folkbokföring",
        "Pupil with protected registration (skyddad folkbokföring)",
        Casting(role="pupil", security_marking="Skyddad folkbokföring"),
    ),
    Kind("one-word-name", "Elev med ett enda namn", "Pupil with one name", Casting(role="pupil", name="one-word")),
    Kind(
        "very-long-name",
        "Elev med mycket långt namn",
        "Pupil with a very long name",
        Casting(role="pupil", name="very-long"),
    ),
    Kind(
        "swedish-letters",
        "Elev med å, ä, ö eller andra accenter i namnet",
        "Pupil with å, ä, ö or other accents in the name",
        Casting(role="pupil", name="beyond-ascii"),
    ),
    Kind(
        "foreign-letters",
        "Elev med bokstäver utanför de västeuropeiska",
        "Pupil with letters beyond the western European ones",
        Casting(role="pupil", name="beyond-latin-1"),
    ),
    Kind(
        "apostrophe",
        "Elev med apostrof i namnet",
        "Pupil with an apostrophe in the name",
        Casting(role="pupil", name="apostrophe"),
    ),
    Kind(
        "double-surname",
        "Elev med dubbelt efternamn",
        "Pupil with a double surname",
        Casting(role="pupil", name="double-surname"),
    ),
    Kind("no-mail", "Elev utan e-post", "Pupil without e-mail", Casting(role="pupil", lacking=("mail",))),
    Kind(
        "several-units",
        "Elev i flera skolenheter",
        "Pupil in several school units",
        Casting(role="pupil", school_units="several"),
    ),
    Kind(
        "temporary-number",
        "Elev med tillfälligt personnummer",
        "Pupil with a temporary number",
        Casting(role="pupil", civic_number="temporary"),
    ),
    Kind("teacher", "Lärare", "Teacher", Casting(role="teacher")),
    Kind(
        "teacher-in-several-units",
        "Lärare i flera skolenheter",
        "Teacher in several school units",
        Casting(role="teacher", school_units="several"),
    ),
    Kind(
        "protected-teacher",
        "Lärare med sekretessmarkering",
        "Teacher marked confidential (sekretessmarkering)",
        Casting(role="teacher", security_marking="Sekretessmarkering"),
    ),
    Kind("other-staff", "Övrig personal", "Other staff", Casting(role="staff")),
    Kind("guardian", "Vårdnadshavare", "Guardian", Casting(role="guardian")),
    Kind(
        "guardian-of-several",
        "Vårdnadshavare för flera barn",
        "Guardian of several children",
        Casting(role="guardian", children="several"),
    ),
    Kind(
        "protected-guardian",
        "Vårdnadshavare med skyddad folkbokföring",
        "Guardian with protected registration (skyddad folkbokföring)",
        Casting(role="guardian", security_marking="Skyddad folkbokföring"),
    ),
)


def is_compliant(vendor: Vendor) -> bool:
    """Whether people log in to it, the testbed plays it without a fault, and its agreement decides whom the school lets
    in.

    By another release policy the school lets in whoever comes, and no agreement says what to expect.
    """
    does_well = vendor.simulated is not None and vendor.simulated.fault is None
    return does_well and vendor.exchange is None and vendor.school_release == "agreement"


def every_kind(
    suite: Suite, vendors: Mapping[str, Vendor], agreements: Mapping[str, Agreement]
) -> tuple[Scenario, ...]:
    """The scenarios that a suite's ``every`` stands for: every kind with every vendor; none where it has none."""
    if suite.every is None:
        return ()
    if suite.every.vendors == "compliant":
        chosen = [vendor for vendor in vendors.values() if is_compliant(vendor)]
    else:
        chosen = [vendors[name] for name in suite.every.vendors]
    return tuple(
        _scenario(suite, kind, vendor, agreements.get(vendor.agreement or ""))
        for vendor in chosen
        if vendor.id not in suite.every.leave_out
        for kind in KINDS
    )


def _scenario(suite: Suite, kind: Kind, vendor: Vendor, agreement: Agreement | None) -> Scenario:
    if suite.every is None:
        raise ValueError(f"the suite {suite.id} does not play every kind")
    return Scenario(
        id=f"{suite.id}-{vendor.id}-{kind.id}",
        title=Bilingual(sv=f"{kind.sv}: inloggning till {vendor.name}", en=f"{kind.en}: login to {vendor.name}"),
        flow=suite.every.flow,
        vendor=vendor.id,
        person=kind.casting,
        kind=PersonKind(id=kind.id, title=Bilingual(sv=kind.sv, en=kind.en)),
        expect=_expected(kind, agreement),
    )


def _expected(kind: Kind, agreement: Agreement | None) -> Expect:
    role = kind.casting.role
    if role is None:
        raise ValueError(f"the casting of {kind.id} names no role")
    if agreement is None or any(role in clause.subjects for clause in agreement.data):
        return Expect(login="accepted")
    return Expect(login="refused", status=REFUSED_BY_ROLE)
