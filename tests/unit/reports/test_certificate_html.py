"""The page on one vendor: what a head teacher reads first, what a developer needs, and what nobody may slip in."""

from dataclasses import replace
from typing import Any

import pytest
from certificates import (
    HOSTILE,
    MESSAGE,
    SIGNATURE,
    case,
    certificate,
    compliant,
    findings,
    many,
    misconfigured,
    result,
)
from lxml import html as lxml_html

from testbed.model.certificate import Certificate, Observed, Outcome
from testbed.model.certificate_file import sealed
from testbed.model.verdict import RunRecord, Verdict
from testbed.reports.certificate_html import render
from testbed.reports.certificate_view import MAX_MESSAGES, harms, subject_rows
from testbed.reports.gravity import WORST_FIRST, Needed, gravest_first, needed

SIZE_AT_MOST = 1_500_000
EVERY = [certificate(), compliant(), misconfigured(), many()]


def tree(one: Certificate) -> Any:
    return lxml_html.fromstring(render(one))


def said(element: Any) -> str:
    """What stands there in English."""
    for swedish in element.xpath(".//*[@lang='sv']"):
        swedish.drop_tree()
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("one", EVERY)
def test_ids_are_unique_and_every_link_leads_somewhere(one: Certificate) -> None:
    page = tree(one)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = {link[1:] for link in page.xpath("//@href") if link.startswith("#")}
    targets |= {name for names in page.xpath("//@aria-labelledby") for name in names.split()}
    assert targets <= set(ids)


@pytest.mark.parametrize("one", EVERY)
def test_the_page_runs_nothing_and_fetches_nothing(one: Certificate) -> None:
    page = tree(one)
    assert not page.xpath("//script | //@onclick | //@style | //img | //link | //iframe | //@src")
    assert "<script" not in render(one)


def test_what_a_vendor_wrote_is_text_and_moves_nothing() -> None:
    page = render(certificate())
    assert "&lt;script&gt;alert(1)" in page
    assert not {"\x00", "\x1b"} & set(page)
    user, answered = lxml_html.fromstring(page).xpath("//article[.//h4/@id='case-saml-audience-two']//bdi")
    assert user.text_content().startswith("<script>")
    assert user.text_content().endswith("⟨U+202E⟩evil")
    assert answered.text_content().startswith("<script>")


def test_what_is_very_long_is_cut() -> None:
    assert render(certificate()).count("ü") < 1000


def test_no_secret_is_shown() -> None:
    page = render(certificate())
    assert SIGNATURE not in page
    assert "hemlig-kod" not in page


@pytest.mark.parametrize(
    ("one", "words", "style"),
    [
        (certificate(), "Does not meet the requirements", "bad"),
        (compliant(), "Meets the requirements", "good"),
        (misconfigured(), "Cannot be decided", "warn"),
    ],
)
def test_the_outcome_is_told_in_words_by_a_sign_and_in_colour(one: Certificate, words: str, style: str) -> None:
    (section,) = tree(one).xpath("//section[@aria-labelledby='outcome']")
    assert style in section.get("class").split()
    assert section.xpath("./p[@class='sign']")[0].text in "✗✓?"
    assert words in said(section)


def test_each_harm_is_told_once_and_the_gravest_first() -> None:
    mild = case("saml-link", catalogue="S47", harm={"sv": "En länk leder fel.", "en": "A link leads astray."})
    one = certificate(results=(result(mild, Verdict.FAIL, Observed.REDIRECTED), *findings()))
    told = harms(one)
    assert [harm.text.en for harm in told] == [
        "Whoever runs another service can log in as any teacher.",
        "A link leads astray.",
    ]
    assert dict(told[0].counts) == {Verdict.FAIL: 2, Verdict.WARNING: 1}
    (meaning,) = tree(one).xpath("//section[@aria-labelledby='means']")
    assert said(meaning).count("can log in as any teacher") == 1


def test_the_summary_says_how_much_was_tried_and_what_could_not_be() -> None:
    (tried,) = tree(certificate()).xpath("//section[@aria-labelledby='tried']")
    words = said(tried)
    for part in (
        "7 tests",
        "2 failed",
        "1 could not be decided",
        "1 not tried",
        "The valid login failed. (1)",
        "no key to encrypt",
    ):
        assert part in words


def test_the_summary_names_the_digest_the_profile_and_what_it_does_not_say() -> None:
    one = certificate()
    (sheet,) = tree(one).xpath("//div[@class='sheet']")
    words = said(sheet)
    for part in (
        one.digest,
        "2026-1",
        "https://app.test/login",
        "Only the login was tried",
        "was not judged in this run",
    ):
        assert part in words


def test_an_accusing_case_has_all_that_a_developer_needs() -> None:
    (article,) = tree(certificate()).xpath("//article[.//h4/@id='case-saml-audience-two']")
    links = article.xpath(".//a/@href")
    assert "https://www.cve.org/CVERecord?id=CVE-2017-11427" in links
    words = said(article)
    for part in (
        "Nobody is logged in.",
        "Somebody else was logged in. The page showed the other person.",
        "SAML Core 2.5.1.4 (MUST, required by the profile)",
        "A valid login by the same machinery worked",
        "testbed certify reading.yaml --case saml-audience-two",
        "saml-audience-two (S38)",
    ):
        assert part in words
    (message,) = article.xpath(".//pre")
    assert "anna.larare@skola.test<!-- -->.evil.example" in message.text_content()


def test_the_message_is_shown_letter_by_letter_but_for_secrets() -> None:
    (message,) = tree(certificate()).xpath("//article[.//h4/@id='case-saml-audience-three']//pre")
    assert message.text_content() == MESSAGE.replace(SIGNATURE, f"[{len(SIGNATURE)} tecken/characters]")


def test_errors_of_configuration_stand_apart_and_accuse_nobody() -> None:
    page = tree(misconfigured())
    (section,) = page.xpath("//section[@aria-labelledby='configuration']")
    assert "answered 404" in said(section)
    assert "says nothing of the service" in said(page.xpath("//section[@aria-labelledby='outcome']")[0])
    assert not page.xpath("//article")
    assert "showed the same for both" in said(page.xpath("//section[@aria-labelledby='probe']")[0])


def test_what_passed_is_folded() -> None:
    page = tree(many())
    (passed,) = page.xpath("//section[@aria-labelledby='PASS']//details")
    assert passed.get("open") is None
    assert len(passed.xpath(".//tbody/tr")) == 205


def test_subjects_come_worst_first_and_hold_every_case() -> None:
    rows = subject_rows(many().results)
    verdicts = [row.verdict for row in rows]
    assert verdicts == sorted(verdicts, key=WORST_FIRST.index)
    assert sum(len(row.results) for row in rows) == 250


def test_many_cases_stay_quick_to_open() -> None:
    worst = many(bad={Verdict.FAIL: 250})
    assert len(render(many()).encode()) < 500_000
    assert len(render(worst).encode()) < SIZE_AT_MOST
    assert "stands in cases.jsonl" in render(worst)
    huge = certificate(results=(result(case(), Verdict.FAIL, Observed.SESSION, sent="<a/>" * MAX_MESSAGES),))
    assert len(render(huge).encode()) < SIZE_AT_MOST


def test_login_safety_and_personal_data_stand_in_one_report(as_expected: RunRecord) -> None:
    page = tree(replace(certificate(), data=as_expected))
    means = said(page.xpath("//section[@aria-labelledby='means']")[0])
    assert "1 breach of the agreement" in means
    (section,) = page.xpath("//section[@aria-labelledby='vendor-reading']")
    assert "tracker.test" in section.text_content()
    assert "was not judged" not in page.text_content()


def test_an_outcome_without_a_fault_or_an_approval_says_so() -> None:
    one = sealed(replace(certificate(Outcome.INCONCLUSIVE), results=(findings()[4],)))
    assert "Too little could be decided" in said(tree(one).xpath("//section[@aria-labelledby='means']")[0])


def test_a_hostile_name_of_a_vendor_is_text() -> None:
    one = certificate()
    one = replace(one, vendor=one.vendor.model_copy(update={"name": HOSTILE}))
    assert "<script" not in render(one)


SIGNED = {"message": "response", "before": [{"op": "remove", "xpath": "//saml:Audience"}]}
EDITED = {"message": "response", "after": [{"op": "remove", "xpath": "//saml:Audience"}]}


@pytest.mark.parametrize(
    ("forgery", "needs"),
    [
        ({"message": "response", "covers": []}, Needed.NOTHING),
        ({"message": "response", "key": "stranger"}, Needed.NOTHING),
        ({"message": "id-token", "key": "none"}, Needed.NOTHING),
        (EDITED, Needed.A_MESSAGE),
        ({"message": "authorization"}, Needed.A_MESSAGE),
        (None, Needed.A_MESSAGE),
        (SIGNED, Needed.A_TRUSTED_PARTY),
        ({"message": "id-token"}, Needed.A_TRUSTED_PARTY),
        ({"message": "userinfo", "other": True}, Needed.A_TRUSTED_PARTY),
    ],
)
def test_what_an_attacker_needs_is_read_off_the_forgery(forgery: dict[str, Any] | None, needs: Needed) -> None:
    assert needed(case(forgery=forgery)) is needs


def test_what_anybody_can_do_comes_before_what_needs_the_schools_key() -> None:
    cases = (
        case("signed", forgery=SIGNED),
        case("edited", forgery=EDITED),
        case("none", forgery={"message": "response", "covers": []}),
    )
    failed = [result(one, Verdict.FAIL, Observed.OTHER_USER) for one in cases]
    locked_out = result(case("works", expect="accept"), Verdict.FAIL, Observed.NO_SESSION)
    assert [one.case.id for one in gravest_first([locked_out, *failed])] == ["none", "edited", "signed", "works"]
