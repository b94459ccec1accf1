"""In which members a forged message of OpenID Connect differs from the valid one."""

import base64
import json
from typing import Any

import pytest

from testbed.certify.json_differences import json_differences


def yes(_: str) -> bool:
    return True


def token(header: Any, claims: Any, signature: str = "c2ln") -> str:
    return ".".join(
        [*(coded(part if isinstance(part, str) else json.dumps(part)) for part in (header, claims)), signature]
    )


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("valid", "forged", "found"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', set()),
        ('{"a": 1}', '{"a": true}', {"members/a"}),
        ('{"a": 0}', '{"a": false}', {"members/a"}),
        ('{"a": "1"}', '{"a": 1}', {"members/a"}),
        ('{"a": null}', "{}", {"members/a"}),
        ('{"a": {"b": 1, "c": 2}}', '{"a": {"b": 3, "d": 2}}', {"members/a/b", "members/a/c", "members/a/d"}),
        ('{"a": {}}', '{"a": []}', {"members/a"}),
        ('{"a": [1, {"b": 2}]}', '{"a": [1, {"b": 3}]}', {"members/a/1/b"}),
        ('{"a": [1]}', '{"a": [1, 2]}', {"members/a"}),
        ('{"a": 1}', '{"a": 1, "a": 1}', {"members/a#2"}),
        ('{"a": 1}', '{"a": 2, "a": 1, "a": 3}', {"members/a", "members/a#2", "members/a#3"}),
        ('{"a": 1}', '{"a": 1, "b/c~": 1}', {"members/b~1c~0"}),
        ("code=1&state=a%26", "state=a%26&code=1", set()),
        ("code=1&state=2", "code=1&state=&error=x", {"members/state", "members/error"}),
        ("code=1", "code=1&code=2", {"members/code#2"}),
    ],
)
def test_documents_and_queries(valid: str, forged: str, found: set[str]) -> None:
    assert json_differences(valid, forged, yes) == found


def test_tokens() -> None:
    valid = token({"alg": "RS256", "kid": "a"}, {"sub": "x", "aud": "c"})
    assert json_differences(valid, valid, yes) == set()
    signed_again = token({"kid": "a", "alg": "RS256"}, {"sub": "x", "aud": ["c"]}, "b3RoZXI")
    assert json_differences(valid, signed_again, yes) == {"claims/aud"}
    unsigned = token({"alg": "none"}, '{"sub": "y", "aud": "c", "sub": "x"}', "")
    expected = {"header/alg", "header/kid", "claims/sub", "claims/sub#2", "signature"}
    assert json_differences(valid, unsigned, lambda one: not one.endswith(".")) == expected


@pytest.mark.parametrize(
    ("valid", "forged"), [("{}", "{"), (token({}, {}), token("x", {})), (token({}, {}), "e30.gICA.x")]
)
def test_what_is_none_of_these(valid: str, forged: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what json says, too
        json_differences(valid, forged, yes)
