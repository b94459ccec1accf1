"""Every reason has words for a person; what the code raises is what the table has."""

import ast
from importlib.resources import files
from pathlib import Path

import pytest

from sp_mocks.refusal import REASONS, Refused

SAYS_CODE = {"Refused": 0, "json_object": 1, "text_in": 2, "number_in": 2, "texts_in": 1}
"""Where a call says by which code it refuses."""


def raised() -> set[str]:
    """Every code that a module of the vendors raises."""
    codes = set()
    for module in Path(str(files("sp_mocks"))).rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS_CODE:
                # NOTE: a function of another module may have one of these names.
                said = node.args[SAYS_CODE[node.func.id] :][:1]
                codes |= {code.value for code in said if isinstance(code, ast.Constant)}
    return codes


def test_the_table_has_exactly_the_reasons_that_are_given() -> None:
    assert set(REASONS) == raised()


def test_every_reason_is_told_in_both_languages() -> None:
    for words in REASONS.values():
        assert words.sv.endswith(".")
        assert words.en.endswith(".")
        assert words.sv != words.en


def test_a_bad_message_is_forbidden_and_a_missing_school_is_a_bad_gateway() -> None:
    assert Refused("audience").status == 403
    assert Refused("school-metadata-not-had").status == 502


def test_a_reason_that_is_not_in_the_table_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Refused("because")
