"""`python -m bot --help` answers at once: nothing heavy is imported for it."""

import json
import subprocess
import sys

import pytest

from tests.rules.source import PROJECT

HEAVY = {"torch", "diffusers", "transformers", "discord", "sqlalchemy", "aiohttp", "numpy", "PIL"}

ASK = """
import json, runpy, sys
sys.argv = ["bot", *{arguments!r}]
try:
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
    code = 0
except SystemExit as end:
    code = end.code
print()
print(json.dumps({{"code": code or 0, "modules": sorted(sys.modules)}}))
"""


def answer_to(*arguments):
    """What the command printed, its exit code, and the modules that it loaded."""
    done = subprocess.run(  # noqa: S603 - this interpreter, and text from this file
        [sys.executable, "-c", ASK.format(arguments=list(arguments))],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    printed, _, last = done.stdout.strip().rpartition("\n")
    report = json.loads(last)
    return printed, report["code"], set(report["modules"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("run", "--help"),
        ("demo", "--help"),
        ("sandbox", "--help"),
        ("backup", "--help"),
    ],
)
def test_help_loads_nothing_heavy(arguments):
    printed, code, modules = answer_to(*arguments)
    assert code == 0
    assert "usage: python -m bot" in printed
    assert "argparse" in modules
    assert modules & HEAVY == set()


def test_what_is_loaded_would_be_seen():
    done = subprocess.run(
        [sys.executable, "-c", "import sqlalchemy, sys; print('sqlalchemy' in sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "True"
