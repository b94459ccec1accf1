"""Every module of the OpenID Foundation's that docs/oidc-checklist.md names has a test that exists, or a reason."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OWN = ROOT / "tests" / "unit" / "idp" / "oidc"
PAGE = (ROOT / "docs" / "oidc-checklist.md").read_text(encoding="utf-8")
ROWS = [row for row in re.findall(r"^\| (.+?) \| (.*?) \|$", PAGE, re.MULTILINE) if row[0] != "module"]
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
REASON = "not applicable: "


def functions_in(file: Path) -> set[str]:
    """The tests that a file really has."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, functions) and node.name.startswith("test_")}


@pytest.mark.parametrize(("module", "stands_for_it"), ROWS, ids=[row[0] for row in ROWS])
def test_a_module_has_a_test_or_a_reason(module: str, stands_for_it: str) -> None:
    assert re.search(r"`[\w/]+\.py::test_\w+`", stands_for_it) or len(stands_for_it) > len(REASON), module
    assert stands_for_it.startswith((REASON, "`")), module


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)), ids=lambda part: part)
def test_each_test_that_is_named_exists(file: str, test: str) -> None:
    assert test in functions_in(ROOT / file if "/" in file else OWN / file)


def test_each_test_of_a_module_is_named() -> None:
    ours = {(file.name, test) for file in OWN.glob("test_conformance*.py") for test in functions_in(file)}
    assert ours == {(file, test) for file, test in NAMED if file.startswith("test_conformance")}


def test_the_files_that_the_page_speaks_of_exist() -> None:
    for file in set(re.findall(r"`([\w/]+\.py)`", PAGE)):
        assert (ROOT / file if "/" in file else OWN / file).is_file(), file


def test_the_plans_are_whole() -> None:
    """As many modules as the plans of the suite have; two of Basic are of different years of it."""
    heads = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    sizes = {head.partition(":")[0].partition("\n")[0]: head.count("\n| oidcc-") for head in heads}
    assert (sizes["Basic"], sizes["Config"], sizes["Dynamic"]) == (39, 1, 23)
    assert (sizes["Logout begun by a vendor"], sizes["Logout told to vendors"]) == (11, 4)
