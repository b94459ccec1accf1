"""Certificates made by hand: what certifying a vendor can come to, with hostile text wherever a vendor can put some."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from testbed.model.case import Case
from testbed.model.certificate import (
    Calibration,
    CaseResult,
    Certificate,
    ConfigurationError,
    Observed,
    Outcome,
    ProfileUsed,
    Slot,
)
from testbed.model.certificate_file import sealed
from testbed.model.verdict import Verdict
from testbed.model.written import Bilingual, Vendor

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'& \x00\x1b[31m\u202eevil"
SIGNATURE = "c2lnbmF0dXJlLW9mLXRoZS1zY2hvb2w"
MESSAGE = (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0">'
    '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">http://127.0.0.1:8400/saml/metadata</saml:Issuer>'
    f"<ds:Signature><ds:SignatureValue>{SIGNATURE}</ds:SignatureValue></ds:Signature>"
    "<saml:Assertion><saml:Subject>"
    "<saml:NameID>anna.larare@skola.test<!-- -->.evil.example</saml:NameID></saml:Subject>"
    "<saml:Conditions/></saml:Assertion></samlp:Response>"
)


def both(sv: str, en: str) -> Bilingual:
    return Bilingual(sv=sv, en=en)


def vendor(**changes: Any) -> Vendor:
    written: dict[str, Any] = {
        "id": "reading",
        "name": "Läsappen",
        "protocol": "saml",
        "metadata": "https://app.test/saml/metadata",
        "login": "https://app.test/login",
        "probe": {"url": "https://app.test/me"},
        "authorised": {
            "by": "Läsappen AB",
            "window": {"from": "2026-01-01", "until": "2026-12-31"},
            "contact": "s@app.test",
            "max_rps": 2,
        },
    }
    return Vendor.model_validate(written | changes)


def case(name: str = "saml-audience-other", **changes: Any) -> Case:
    written: dict[str, Any] = {
        "id": name,
        "protocol": "saml",
        "catalogue": "S38",
        "subject": both("Intyget gäller en annan tjänst", "The assertion was made for another service"),
        "title": both("Intyget är utfärdat för en annan tjänst", "The assertion was issued for another service"),
        "harm": both(
            "Den som driver en annan tjänst kan logga in som vilken lärare som helst.",
            "Whoever runs another service can log in as any teacher.",
        ),
        "clause": "SAML Core 2.5.1.4",
        "references": ("CVE-2017-11427",),
        "mend": both("Jämför Audience med entityID.", "Compare Audience with the entityID."),
    }
    return Case.model_validate(written | changes)


def result(one: Case, verdict: Verdict, observed: Observed = Observed.NO_SESSION, **changes: Any) -> CaseResult:
    told: dict[str, Any] = {
        "reason": both("Sidan visade ingen.", "The page showed nobody."),
        "twin": "logged in",
        "sent": MESSAGE,
        "answered": "https://app.test/acs?code=hemlig-kod 403",
        "reproduce": f"testbed certify reading.yaml --case {one.id}",
        "required": True,
    }
    return CaseResult(one, verdict, observed, **told | changes)


SUBJECTS = (
    ("S01", "Svar utan underskrift", "Responses without a signature", "Vem som helst kan logga in som rektorn.",
     "Anybody at all can log in as the head teacher."),
    ("S15", "Ett äkta intyg inbäddat bredvid ett falskt", "A genuine assertion wrapped beside a forged one",
     "En elev med eget konto kan logga in som vilken lärare som helst.",
     "A pupil with an account can log in as any teacher."),
    ("S22", "Kommentarer i användarnamnet", "Comments in the user name",
     "Den som får välja sitt användarnamn kan bli någon annan.",
     "Whoever may choose a user name becomes someone else."),
    ("S25", "Dokumenttyper och entiteter", "Document types and entities", "Servern kan förmås läsa filer.",
     "The server can be made to read files."),
    ("S34", "Samma svar en gång till", "The same response once more",
     "Den som kommer över ett svar, på en delad dator, loggar in som eleven.",
     "Whoever finds a response, on a shared computer, logs in as the pupil."),
    ("S39", "Intygets giltighetstid", "How long the assertion is valid",
     "Ett gammalt svar öppnar ett konto i efterhand.",
     "An old response opens an account afterwards."),
    ("S47", "Vart inloggningen leder", "Where the login leads", "En länk från skolan leder till en bedragares sida.",
     "A link of the school's leads to a swindler's page."),
    ("S49", "Utloggning", "Logging out", "Nästa elev vid samma dator är inloggad som den förra.",
     "The next pupil at the same computer is logged in as the last one."),
)  # fmt: skip


def findings() -> tuple[CaseResult, ...]:
    """One of each verdict, what a vendor wrote being hostile."""
    hostile = both(HOSTILE.replace("\x00", ""), HOSTILE.replace("\x00", ""))
    return (
        result(case("saml-audience-one"), Verdict.PASS),
        result(
            case("saml-audience-two", title=hostile),
            Verdict.FAIL,
            Observed.OTHER_USER,
            user=HOSTILE,
            reason=both("Sidan visade den andra personen.", "The page showed the other person."),
            sent=MESSAGE + HOSTILE,
            answered=HOSTILE,
        ),
        result(case("saml-audience-three"), Verdict.FAIL, Observed.SESSION, user="ü" * 100_000, required=False),
        result(
            case("saml-replay-again", catalogue="S34", level="SHOULD", manner="again", subject=None, mend=None),
            Verdict.WARNING,
            Observed.SESSION,
            sent="",
        ),
        result(
            case("saml-logout-unsigned", catalogue="S49", harm=hostile),
            Verdict.NOT_VERIFIED,
            Observed.UNCLEAR,
            reason=both("Den äkta inloggningen misslyckades.", "The valid login failed."),
            twin="failed",
        ),
        result(
            case("saml-bomb", catalogue="S33", manner="exhaustion"),
            Verdict.ERROR,
            Observed.ERROR,
            reason=both("Skolan svarade inte.", "The school did not answer."),
        ),
        result(
            case("saml-encrypted", catalogue="S21", needs=("encryption",)),
            Verdict.SKIPPED,
            Observed.NOT_RUN,
            reason=both("Tjänsten har ingen nyckel att kryptera till.", "The service has no key to encrypt to."),
            twin="not run",
            sent="",
        ),
    )


def certificate(outcome: Outcome = Outcome.NOT_COMPLIANT, **changes: Any) -> Certificate:
    """Sealed, as what writes it seals it."""
    told: dict[str, Any] = {
        "vendor": vendor(),
        "profile": ProfileUsed(
            "skolfederation", "2026-1", both("Inloggning i Skolfederation", "Logging in with Skolfederation")
        ),
        "outcome": outcome,
        "why": (
            both("2 prov som profilen kräver klarades inte.", "2 tests that the profile requires failed."),
            both("1 prov kunde inte avgöras.", "1 test could not be decided."),
        ),
        "started": NOW,
        "finished": NOW + timedelta(minutes=4, seconds=12),
        "digest": "",
        "calibration": Calibration(
            (Slot("/user/id", "eduPersonPrincipalName"), Slot("html > body > p", "name-id", "Inloggad: ")),
            notes=("2 places show a name only",),
        ),
        "results": findings(),
        "people": ("larare-0003", "larare-0007"),
        "id": "20260901T070000Z-reading",
        "versions": {"school-federation-testbed": "0.1.0", "python": "3.13"},
    }
    return sealed(Certificate(**told | changes))


def compliant() -> Certificate:
    passed = tuple(replace(one, verdict=Verdict.PASS, observed=Observed.NO_SESSION) for one in findings()[:1])
    why = (both("Alla prov som profilen kräver klarades.", "All tests that the profile requires passed."),)
    return certificate(Outcome.COMPLIANT, results=passed, why=why)


def misconfigured() -> Certificate:
    error = ConfigurationError(
        both("https://app.test/saml/metadata svarade 404.", "https://app.test/saml/metadata answered 404."),
        both("Ange adressen som svarar med metadata.", "Name the address that answers with metadata."),
    )
    why = (both("Inget prov kunde köras: inställningarna är fel.", "No test could run: the configuration is wrong."),)
    trouble = both("Sonden visade samma sak för båda personerna.", "The probe showed the same for both persons.")
    return certificate(
        Outcome.INCONCLUSIVE, results=(), why=why, configuration=(error,), calibration=Calibration(trouble=trouble)
    )


def many(number: int = 250, bad: Mapping[Verdict, int] | None = None, **changes: Any) -> Certificate:
    """As many cases as a whole catalogue has."""
    wanted = bad or {Verdict.FAIL: 9, Verdict.WARNING: 5, Verdict.NOT_VERIFIED: 7, Verdict.SKIPPED: 24}
    return certificate(
        results=tuple(_many(number, [one for one, times in wanted.items() for _ in range(times)])), **changes
    )


def _many(number: int, bad: Sequence[Verdict]) -> Iterator[CaseResult]:
    every = max(1, number // (len(bad) or 1))
    spoiled = {place * every: verdict for place, verdict in enumerate(bad)}
    why = {
        Verdict.PASS: both("Sidan visade ingen efteråt.", "The page showed nobody afterwards."),
        Verdict.FAIL: both(
            "Sidan visade anna.larare@skola.test fast elev-0001 loggade in.",
            "The page showed anna.larare@skola.test although elev-0001 logged in.",
        ),
        Verdict.WARNING: both("Kakan saknar SameSite.", "The cookie lacks SameSite."),
        Verdict.NOT_VERIFIED: both("Den äkta inloggningen misslyckades.", "The valid login failed."),
        Verdict.SKIPPED: both("Tjänsten erbjuder ingen utloggning.", "The service offers no logout."),
    }
    for place in range(number):
        catalogue, sv, en, harm_sv, harm_en = SUBJECTS[place * len(SUBJECTS) // number]
        verdict = spoiled.get(place, Verdict.PASS)
        one = case(
            f"saml-{catalogue.lower()}-{place}",
            catalogue=catalogue,
            subject=both(sv, en),
            title=both(f"{sv}: {place}:e sättet", f"{en}: way {place}"),
            harm=both(harm_sv, harm_en),
            level="SHOULD" if verdict is Verdict.WARNING else "MUST",
        )
        accused = verdict is Verdict.FAIL
        yield result(
            one,
            verdict,
            Observed.OTHER_USER if accused else Observed.NO_SESSION,
            reason=why[verdict],
            user="anna.larare@skola.test" if accused else "",
            sent=""
            if verdict is Verdict.SKIPPED
            else MESSAGE.replace("<saml:Conditions/>", "<saml:Conditions/>" * 150),
        )
