"""docs/sandbox.md names what there is, and no more."""

import re
import subprocess
import sys

from tests.rules.source import PROJECT

DOCUMENT = (PROJECT / "docs/sandbox.md").read_text("utf-8")
ROUTE = re.compile(r'web\.(get|post|delete)\(\s*"(/sandbox[^"]*)"')
OPTION = re.compile(r"--[a-z]+(?:-[a-z]+)*")


def routes() -> set[tuple[str, str]]:
    """Method and path of everything that the sandbox serves below /sandbox."""
    files = (PROJECT / "bot/sandbox").rglob("*.py")
    found = (ROUTE.findall(file.read_text("utf-8")) for file in files)
    return {(method.upper(), path) for each in found for method, path in each}


def keys() -> list[tuple[str, str]]:
    """The keys that the page lists, and what they do."""
    script = (PROJECT / "bot/sandbox/page/static/shell/shortcuts.js").read_text("utf-8")
    listed = script.partition("const LISTED = [")[2].partition("\n];")[0]
    return re.findall(r'^    \["([^"]+)", "([^"]+)"\],$', listed, re.MULTILINE)


def documented() -> set[tuple[str, str]]:
    """The same as the table of the control API has it."""
    table = DOCUMENT.partition("<!-- control -->")[2].partition("<!-- /control -->")[0]
    return {
        (method, path)
        for methods, path in re.findall(r"`([A-Z`, ]+) (/sandbox[^`]*)`", table)
        for method in re.findall(r"[A-Z]+", methods)
    }


def test_every_route_of_the_control_api_is_documented_and_no_other():
    assert len(routes()) >= 20
    assert documented() == routes()


def test_the_keys_are_documented_as_the_page_lists_them():
    table = DOCUMENT.partition("<!-- keys -->")[2].partition("<!-- /keys -->")[0]
    assert len(keys()) >= 10
    assert re.findall(r"^\| (.+) \| (.+) \|$", table, re.MULTILINE)[1:] == keys()


def test_every_option_of_the_command_is_documented_and_no_other():
    told = subprocess.run(
        [sys.executable, "-m", "bot", "sandbox", "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    options = {*OPTION.findall(told.stdout.partition("options:")[2])} - {"--help"}
    rows = re.findall(r"^\| `(--[a-z-]+)` \|", DOCUMENT, re.MULTILINE)
    assert options == {*rows}
    assert "--alone" in options
