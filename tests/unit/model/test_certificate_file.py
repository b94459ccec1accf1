"""What is kept of a certificate is read back as it was, and what was changed since is not taken for it."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from certificates import HOSTILE, certificate, compliant, many, misconfigured

from testbed.model.certificate import Certificate
from testbed.model.certificate_file import (
    CASES,
    CERTIFICATE,
    MAX_SENT,
    dump_cases,
    dump_certificate,
    is_certificate,
    load_certificate,
    sealed,
)
from testbed.model.files import ScenarioInvalid


def kept(folder: Path, one: Certificate) -> Path:
    (folder / CASES).write_text(dump_cases(one.results), encoding="utf-8")
    (folder / CERTIFICATE).write_text(dump_certificate(one), encoding="utf-8")
    return folder


@pytest.mark.parametrize("one", [certificate(), compliant(), misconfigured(), many()])
def test_a_certificate_is_read_back_as_it_was(one: Certificate, tmp_path: Path) -> None:
    assert not is_certificate(tmp_path)
    kept(tmp_path, one)
    assert is_certificate(tmp_path)
    assert load_certificate(tmp_path) == one


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    one = certificate()
    kept(tmp_path, one)
    assert one.digest == sha256((tmp_path / CASES).read_bytes()).hexdigest()


def test_a_line_is_a_case() -> None:
    lines = dump_cases(certificate().results).strip().split("\n")
    assert [json.loads(line)["case"]["id"] for line in lines] == [one.case.id for one in certificate().results]


def test_half_a_sign_and_lines_of_other_alphabets_can_be_written(tmp_path: Path) -> None:
    (first, *rest) = certificate().results
    odd = replace(first, user=f"a\ud800b\u2028c{HOSTILE}", sent="\udfff")
    one = sealed(replace(certificate(), results=(odd, *rest)))
    (read, *_) = load_certificate(kept(tmp_path, one)).results
    assert read.user == f"a?b\u2028c{HOSTILE}"


def test_of_a_bomb_the_beginning_and_the_digest_are_kept() -> None:
    (first, *_) = certificate().results
    line = json.loads(dump_cases([replace(first, sent="x" * (MAX_SENT + 1))]))
    assert len(line["sent"]) < MAX_SENT
    assert sha256(b"x" * (MAX_SENT + 1)).hexdigest() in line["sent"]


def test_evidence_that_was_changed_is_refused(tmp_path: Path) -> None:
    kept(tmp_path, certificate())
    evidence = (tmp_path / CASES).read_text(encoding="utf-8")
    (tmp_path / CASES).write_text(evidence.replace('"FAIL"', '"PASS"'), encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match="is not the evidence"):
        load_certificate(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "cannot be read"),
        ("[]", "is not testbed.certificate/1"),
        ('{"schema": "testbed.certificate/2"}', "is not testbed.certificate/1"),
        ('{"schema": "testbed.certificate/1"}', "vendor: cannot be read"),
    ],
)
def test_a_damaged_certificate_is_named(text: str, problem: str, tmp_path: Path) -> None:
    kept(tmp_path, certificate())
    (tmp_path / CERTIFICATE).write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match=problem):
        load_certificate(tmp_path)


def test_a_damaged_case_is_named_by_its_line(tmp_path: Path) -> None:
    one = certificate()
    kept(tmp_path, one)
    evidence = dump_cases(one.results[:1]) + "{}\n"
    (tmp_path / CASES).write_text(evidence, encoding="utf-8")
    changed = replace(one, digest=sha256(evidence.encode()).hexdigest())
    (tmp_path / CERTIFICATE).write_text(dump_certificate(changed), encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match=r"line 2\.case: cannot be read"):
        load_certificate(tmp_path)
