"""What is begun first is there, and whatever shares the long plays of the matrix is played by one worker."""

import re
from pathlib import Path

from scopes import EACH_ALONE, LONG_FIRST, MATRIX, ON_ITS_PLAYS, PAGE, next_of, scope_of

ROOT = Path(__file__).parents[3]
TAKES = re.compile(
    r"\b(?:tour|zoo|exchange|fetched|judged|loopback_tour): "
    r"(?:RunRecord|Sequence\[Judgement\]|tuple\[RunFolder, RunRecord\])"
)
"""A parameter that is a fixture of tests/matrix/conftest.py."""


def test_what_is_begun_first_is_there() -> None:
    pages = {f"{PAGE}[{page.stem}]" for page in (ROOT / "docs").glob("*.md")}
    assert "def test_the_commands_of_a_page_work_in_order(" in (ROOT / EACH_ALONE).read_text(encoding="utf-8")
    for scope in LONG_FIRST:
        assert scope == MATRIX or scope in pages or (ROOT / scope).is_file(), f"{scope} is not there any more"
    assert len(set(LONG_FIRST)) == len(LONG_FIRST)


def test_all_files_that_share_plays_of_the_matrix_are_one_scope() -> None:
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests" / "matrix").glob("test_*.py")
        if TAKES.search(path.read_text(encoding="utf-8"))
    }
    assert files == ON_ITS_PLAYS
    assert {scope_of(f"{file}::test_x[a::b]") for file in files} == {MATRIX}


def test_a_page_is_played_alone_and_any_other_file_as_a_whole() -> None:
    assert scope_of(f"{PAGE}[load]") == f"{PAGE}[load]"
    assert (
        scope_of("tests/unit/cli/test_run.py::test_x[tests/matrix/test_two_sided.py::y]")
        == "tests/unit/cli/test_run.py"
    )


def test_the_long_ones_come_first_and_the_others_as_they_are() -> None:
    last, first = LONG_FIRST[-1], LONG_FIRST[0]
    assert next_of(["b", "a", last, first]) == first
    assert next_of(["b", "a", last]) == last
    assert next_of(["b", "a"]) == "b"
