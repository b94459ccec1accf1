"""What is kept of certifying a vendor: ``certificate.json``, and ``cases.jsonl``, of which its digest is.

A line of ``cases.jsonl`` is one :class:`CaseResult`, messages as they went out. The honest logins are in neither: they
are judged again from the journal beside them.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from testbed.model.certificate import CaseResult, Certificate
from testbed.model.files import ScenarioInvalid, read_text

SCHEMA = "testbed.certificate/1"
CERTIFICATE, CASES = "certificate.json", "cases.jsonl"
MAX_SENT, KEPT = 256 * 1024, 16 * 1024
"""A message longer than this is a bomb: of it so much is kept, and the digest of the whole."""
_CERTIFICATE = TypeAdapter(Certificate)
_RESULT = TypeAdapter(CaseResult)


def dump_cases(results: Sequence[CaseResult]) -> str:
    """One line a case."""
    return "".join(f"{_json(_RESULT.dump_python(_bounded(one), mode='json', by_alias=True))}\n" for one in results)


def sealed(certificate: Certificate) -> Certificate:
    """The certificate with the digest of its evidence."""
    return replace(certificate, digest=digest_of(dump_cases(certificate.results)))


def digest_of(cases: str) -> str:
    """SHA-256 of the file that holds this text: what ``sha256sum cases.jsonl`` says."""
    return sha256(cases.encode()).hexdigest()


def dump_certificate(certificate: Certificate) -> str:
    """All but the cases and the honest logins."""
    bare = replace(certificate, results=(), data=None)
    return _json({"schema": SCHEMA, **_CERTIFICATE.dump_python(bare, mode="json", by_alias=True)}, indent=1) + "\n"


def is_certificate(folder: Path) -> bool:
    """Whether ``testbed certify`` made this folder."""
    return (folder / CERTIFICATE).is_file()


def load_certificate(folder: Path) -> Certificate:
    """The certificate in a run's folder, without its honest logins.

    Raises:
        ScenarioInvalid: a file is missing or wrong, or the evidence is not that which was judged.
    """
    evidence = read_text(folder / CASES)
    certificate = _read(folder / CERTIFICATE)
    if certificate.digest != digest_of(evidence):
        raise ScenarioInvalid(
            folder / CASES, "", "is not the evidence that certificate.json rests on", "certify the vendor again"
        )
    # NOTE: not splitlines(), which parts lines at signs that JSON leaves as they are.
    lines = [line for line in evidence.split("\n") if line]
    return replace(certificate, results=tuple(_case(folder, number, line) for number, line in enumerate(lines, 1)))


def _read(path: Path) -> Certificate:
    try:
        written = json.loads(read_text(path))
        if not isinstance(written, dict) or written.pop("schema", "") != SCHEMA:
            raise ScenarioInvalid(path, "schema", f"is not {SCHEMA}", "certify the vendor again with this version")
        return _CERTIFICATE.validate_python(written)
    except ScenarioInvalid:
        raise
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "", error) from error


def _case(folder: Path, number: int, line: str) -> CaseResult:
    try:
        return _RESULT.validate_json(line)
    except ValueError as error:
        raise _damaged(folder / CASES, f"line {number}", error) from error


def _damaged(path: Path, place: str, error: Exception) -> ScenarioInvalid:
    if isinstance(error, ValidationError):
        place = ".".join([place, *map(str, error.errors()[0]["loc"])]).lstrip(".")
    return ScenarioInvalid(path, place, "cannot be read", "certify the vendor again")


def _bounded(result: CaseResult) -> CaseResult:
    sent = result.sent
    if len(sent) <= MAX_SENT:
        return result
    digest = sha256(sent.encode("utf-8", "replace")).hexdigest()
    return replace(result, sent=f"{sent[:KEPT]} … [{len(sent)} characters, SHA-256 {digest}]")


def _json(document: object, indent: int | None = None) -> str:
    """What vendors wrote may hold halves of signs, which no file can hold."""
    return json.dumps(document, ensure_ascii=False, indent=indent).encode("utf-8", "replace").decode()
