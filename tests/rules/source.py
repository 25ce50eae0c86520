"""The project's own source as the rules read it: parsed, never imported."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ROOMS = ("bot", "cogs", "config")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, its text as a tree, whether it is a package."""

    name: str
    tree: ast.Module
    is_package: bool = False
    lines: int = 0

    @classmethod
    def of(cls, name: str, source: str) -> "Module":
        """A module from text, as the samples of the rules are."""
        return cls(name, ast.parse(source), lines=source.count("\n"))

    @property
    def functions(self) -> Iterator[Function]:
        """Every function and method, however deep."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def modules_under(*folders: str) -> tuple[Module, ...]:
    """Every Python file below some of the project's folders."""
    files = (file for folder in folders for file in sorted((PROJECT / folder).rglob("*.py")))
    return tuple(map(_read, files))


def _read(file: Path) -> Module:
    parts = file.relative_to(PROJECT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    source = file.read_text("utf-8")
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, ast.parse(source, str(file)), is_package, source.count("\n"))


def imports_of(module: Module) -> Iterator[tuple[int, str]]:
    """What a module imports, at the top or later: (line, dotted name as far as it is written)."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base_of(node, module)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _base_of(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    above = module.name.split(".")[: None if module.is_package else -1]
    kept = above[: len(above) - (node.level - 1)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def names_of(module: Module) -> Mapping[str, str]:
    """What the names that imports bind stand for, such as `sleep` for `time.sleep`."""
    bound: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.split(".")[0]
                bound[one.asname or first] = one.name if one.asname else first
        elif isinstance(node, ast.ImportFrom):
            base = _base_of(node, module)
            bound |= {one.asname or one.name: f"{base}.{one.name}" for one in node.names}
    return bound


def dotted(node: ast.expr, bound: Mapping[str, str]) -> str:
    """`a.b.c` as written, its first name replaced by what it stands for; else nothing."""
    if isinstance(node, ast.Name):
        return bound.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and (before := dotted(node.value, bound)):
        return f"{before}.{node.attr}"
    return ""
