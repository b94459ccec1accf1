"""The page on certifying shows a case that can be loaded, and every word that a verdict or an outcome can have."""

import re
from pathlib import Path

import yaml

from testbed.model.case import Subject
from testbed.model.certificate import Outcome
from testbed.model.verdict import Verdict

PAGE = (Path(__file__).parents[3] / "docs" / "certify.md").read_text(encoding="utf-8")


def test_the_case_that_is_shown_is_a_case() -> None:
    (block,) = (block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "cases:" in block)
    (case,) = Subject.model_validate(yaml.safe_load(block)).compiled()
    assert case.id == "saml-audience-missing"
    assert case.subject is not None
    assert case.subject.sv == "Intyget gäller en annan tjänst"


def test_every_verdict_and_every_outcome_is_explained() -> None:
    rows = set(re.findall(r"^\| ([A-Za-z_ ]+) \|", PAGE, re.MULTILINE))
    assert {verdict.value for verdict in Verdict} | {outcome.value for outcome in Outcome} <= rows
