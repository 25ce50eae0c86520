"""Every row of README's table of faults is proven by a test, and every such test has its row."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.rules.source import PROJECT, Module, dotted, modules_under, names_of

OPENING, CLOSING = "<!-- what happens -->", "<!-- /what happens -->"
FLOOR = 25
"""Rows that the table must have."""


def rows_of(readme: str) -> list[str]:
    """The first cell of each row: the fault."""
    table = readme.partition(OPENING)[2].partition(CLOSING)[0]
    first_cells = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    return first_cells[1:]


def proven_by(module: Module) -> Iterator[str]:
    """The faults that a module's tests are marked with."""
    bound = names_of(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func, bound) == "pytest.mark.happens":
            yield from (ast.literal_eval(one) for one in node.args)


def test_every_fault_that_the_readme_tells_of_is_proven_and_every_proven_one_is_told_of():
    told = rows_of((PROJECT / "README.md").read_text("utf-8"))
    proven = {fault for module in modules_under("tests") for fault in proven_by(module)}
    assert len(told) >= FLOOR
    assert [fault for fault, times in Counter(told).items() if times > 1] == []
    assert sorted(proven) == sorted(told)


def test_a_row_without_a_test_and_a_test_without_a_row_are_seen():
    readme = f"{OPENING}\n| when | seen |\n|---|---|\n| it rains | drops |\n{CLOSING}\n| it | no |"
    source = 'import pytest\n\n@pytest.mark.happens("it snows")\ndef test_it():\n    pass\n'
    assert rows_of(readme) == ["it rains"]
    assert list(proven_by(Module.of("tests.test_it", source))) == ["it snows"]
