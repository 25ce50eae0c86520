"""A write that was begun comes to its end, or it locks its own process out of the database."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source import Module, modules_under

FLOOR = 15
"""Writes that the rule must have seen."""


def writes(module: Module) -> Iterator[tuple[str, bool]]:
    """Every function that opens a transaction to write, and whether it is made to its end."""
    for function in module.functions:
        whole = "to_its_end" in map(ast.unparse, function.decorator_list)
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and node.attr == "writing":
                yield f"{module.name}:{node.lineno} {function.name}", whole


def test_every_write_is_made_to_its_end():
    found = [one for module in modules_under("bot") for one in writes(module)]
    assert len(found) >= FLOOR
    assert [where for where, whole in found if not whole] == []


@pytest.mark.parametrize(("decorator", "whole"), [("", False), ("@to_its_end\n", True)])
def test_a_write_is_found_with_what_becomes_of_it(decorator, whole):
    source = f"{decorator}async def f(database):\n    async with database.writing(): pass\n"
    assert [kept for _, kept in writes(Module.of("bot.sample", source))] == [whole]
