"""Nothing that waits for a disk, a network or a clock is called on the event loop."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source import Module, dotted, modules_under, names_of

FLOOR = 60
"""Coroutine functions that the rule must have seen."""

BLOCKING = {
    "open",
    "input",
    "io.open",
    "time.sleep",
    "os.fsync",
    "os.listdir",
    "os.makedirs",
    "os.popen",
    "os.remove",
    "os.rename",
    "os.replace",
    "os.scandir",
    "os.system",
    "os.unlink",
    "sqlite3.connect",
    "socket.create_connection",
    "urllib.request.urlopen",
}
BLOCKING_LIBRARIES = ("requests.", "shutil.", "subprocess.", "tempfile.")
BLOCKING_METHODS = {
    "chmod",
    "fsync",
    "glob",
    "iterdir",
    "mkdir",
    "read_bytes",
    "read_text",
    "rglob",
    "rmdir",
    "touch",
    "unlink",
    "write_bytes",
    "write_text",
}
"""Methods of paths, whatever the path is called."""


def blocking_calls(module: Module) -> Iterator[str]:
    """Calls in coroutine functions that would hold up the loop."""
    bound = names_of(module)
    for function in module.functions:
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        for call in _calls_on_the_loop(function):
            if what := _blocking(call, bound):
                yield f"{module.name}:{call.lineno} {function.name} calls {what}"


def _calls_on_the_loop(function: ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """The calls in a coroutine's own body that are not awaited; inner functions run elsewhere."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            waiting += [node.value.func, *node.value.args, *node.value.keywords]
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting += ast.iter_child_nodes(node)


def _blocking(call: ast.Call, bound: dict[str, str]) -> str:
    name = dotted(call.func, bound)
    if name in BLOCKING or name.startswith(BLOCKING_LIBRARIES):
        return name
    if isinstance(call.func, ast.Attribute) and call.func.attr in BLOCKING_METHODS:
        return call.func.attr
    return ""


def test_no_coroutine_blocks_the_loop():
    modules = modules_under("bot", "cogs")
    seen = sum(isinstance(one, ast.AsyncFunctionDef) for each in modules for one in each.functions)
    assert seen >= FLOOR
    assert [found for module in modules for found in blocking_calls(module)] == []


@pytest.mark.parametrize(
    "line",
    [
        "time.sleep(1)",
        "nap(1)",
        "open('x')",
        "subprocess.run(['x'])",
        "requests.get('x')",
        "sqlite3.connect('x')",
        "os.fsync(3)",
        "Path('x').read_bytes()",
        "path.parent.write_text('x')",
        "await keep(path.read_bytes())",
        "shutil.rmtree('x')",
        "[one for one in path.iterdir()]",
    ],
)
def test_a_blocking_call_is_found(line):
    imports = (
        "import os, requests, shutil, sqlite3, subprocess, time\nfrom time import sleep as nap"
    )
    source = f"{imports}\nclass A:\n    async def f(self, path):\n        {line}\n"
    assert list(blocking_calls(Module.of("bot.sample", source)))


@pytest.mark.parametrize(
    "line",
    [
        "await asyncio.to_thread(path.read_bytes)",
        "await asyncio.to_thread(lambda: path.read_bytes())",
        "await album.unlink()",
        "await journal.open(1)",
        "def inner(): time.sleep(1)",
        "await asyncio.sleep(1)",
        "shelf.open()",
    ],
)
def test_what_waits_elsewhere_is_fine(line):
    source = f"import asyncio, time\nasync def f(path, album, journal, shelf):\n    {line}\n"
    assert list(blocking_calls(Module.of("bot.sample", source))) == []


def test_a_plain_function_may_block():
    assert list(blocking_calls(Module.of("bot.sample", "def f(): open('x')"))) == []
