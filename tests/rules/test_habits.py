"""Habits of the house: no patching, no naps in tests, docstrings, short functions, small files."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source import ROOMS, Function, Module, dotted, modules_under, names_of

MOST_LINES = 60
MOST_LINES_OF_A_FILE = 400

PATCHING = {
    "unittest.mock",
    "mock",
    "pytest_mock",
    "monkeypatch.setattr",
    "monkeypatch.delattr",
    "monkeypatch.setitem",
    "mocker",
}


def patched(module: Module) -> Iterator[str]:
    """Mocks and patches: each means that a parameter is missing."""
    bound = names_of(module)
    for node in ast.walk(module.tree):
        written = ""
        if isinstance(node, ast.arg):
            written = node.arg
        elif isinstance(node, ast.Name | ast.Attribute):
            written = dotted(node, bound)
        elif isinstance(node, ast.alias):
            written = node.name
        elif isinstance(node, ast.ImportFrom):
            written = node.module or ""
        if any(written == one or written.startswith(f"{one}.") for one in PATCHING):
            yield f"{module.name}:{getattr(node, 'lineno', 0)} {written}"


def naps(module: Module) -> Iterator[str]:
    """Sleeps that wait for time to pass; `asyncio.sleep(0)` only gives others their turn."""
    bound = names_of(module)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func, bound)
        turn = [one.value for one in node.args if isinstance(one, ast.Constant)] == [0]
        if name == "time.sleep" or (name == "asyncio.sleep" and not turn):
            yield f"{module.name}:{node.lineno} {name}"


def undocumented(module: Module) -> Iterator[str]:
    """Public modules, classes, functions and methods without a docstring."""
    if not ast.get_docstring(module.tree) and module.tree.body:
        yield module.name
    yield from _undocumented_in(module.tree, module.name)


def _undocumented_in(owner: ast.Module | ast.ClassDef, where: str) -> Iterator[str]:
    for node in owner.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{where}.{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _undocumented_in(node, f"{where}.{node.name}")


def lengths(module: Module) -> Iterator[tuple[int, str]]:
    """Every function's lines and name."""
    for function in module.functions:
        lines = (function.end_lineno or 0) - function.lineno + 1
        yield lines, f"{module.name}:{function.lineno} {function.name}"


def too_long(module: Module) -> Iterator[str]:
    """Functions that nobody reads in one go."""
    return (name for lines, name in lengths(module) if lines > MOST_LINES)


def test_tests_drive_real_seams():
    modules = modules_under("tests")
    assert len(modules) >= 15
    # This file names what it forbids in texts only, so it need not be left out.
    assert [found for module in modules for found in patched(module)] == []


def test_tests_await_conditions_not_time():
    assert [found for module in modules_under("tests") for found in naps(module)] == []


def test_what_is_public_says_what_it_does():
    modules = modules_under(*ROOMS)
    assert sum(len(list(module.functions)) for module in modules) >= 300
    assert [found for module in modules for found in undocumented(module)] == []


def test_functions_are_short():
    modules = modules_under(*ROOMS, "tests")
    assert sum(len(list(lengths(module))) for module in modules) >= 500
    assert [found for module in modules for found in too_long(module)] == []


def test_most_functions_are_very_short():
    found = sorted(lines for one in modules_under(*ROOMS) for lines, _ in lengths(one))
    assert found[len(found) // 2] <= 12
    assert found[len(found) * 9 // 10] <= 40


def test_files_are_small():
    modules = modules_under(*ROOMS)
    assert [one.name for one in modules if one.lines > MOST_LINES_OF_A_FILE] == []


@pytest.mark.parametrize(
    "source",
    [
        "from unittest.mock import MagicMock",
        "from unittest import mock",
        "import unittest.mock as m",
        "import mock",
        "def test_x(mocker): ...",
        "def test_x(monkeypatch):\n    monkeypatch.setattr(a, 'b', 1)",
    ],
)
def test_a_patch_is_found(source):
    assert list(patched(Module.of("tests.sample", source)))


def test_an_environment_variable_may_be_set():
    source = "def test_x(monkeypatch):\n    monkeypatch.setenv('A', 'b')"
    assert list(patched(Module.of("tests.sample", source))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(0)",
        "from asyncio import sleep\nsleep(0.1)",
        "import asyncio\nasyncio.sleep(x)",
    ],
)
def test_a_nap_is_found(source):
    assert list(naps(Module.of("tests.sample", source)))


def test_giving_others_their_turn_is_fine():
    assert list(naps(Module.of("tests.sample", "import asyncio\nasyncio.sleep(0)"))) == []


@pytest.mark.parametrize(
    "source",
    ["x = 1", '"""M."""\ndef f(): ...', '"""M."""\nclass A:\n    """A."""\n    def f(self): ...'],
)
def test_a_missing_docstring_is_found(source):
    assert list(undocumented(Module.of("bot.sample", source)))


def test_what_is_private_or_empty_needs_no_docstring():
    assert list(undocumented(Module.of("bot.sample", ""))) == []
    assert list(undocumented(Module.of("bot.sample", '"""M."""\ndef _f(): ...'))) == []


def test_a_long_function_is_found():
    source = "async def f():\n" + "    x = 1\n" * MOST_LINES
    assert list(too_long(Module.of("bot.sample", source))) == ["bot.sample:1 f"]
    assert list(too_long(Module.of("bot.sample", source[: -len("    x = 1\n")]))) == []
