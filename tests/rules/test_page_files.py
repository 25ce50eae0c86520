"""The sandbox's page: libraries as they were published, small files, and nothing from elsewhere."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import PROJECT

STATIC = PROJECT / "bot/sandbox/page/static"
VENDOR = STATIC / "vendor"
FLOOR = 20
"""Files of ours that the rules must have seen."""
MOST_LINES = 400

PUBLISHED = {
    ("preact.mjs", "preact 11.2.0, dist/preact.mjs"): (
        "225d7a773766e6fb2cfcc45274fe41d2059f5782f3f2c4569aa5132a2d3a2902"
    ),
    ("preact-hooks.mjs", "preact 11.2.0, hooks/dist/hooks.mjs"): (
        "86c7aecddbc493912b55a803b8f7709042e5d6aaa27f1ad85bcbb5cf34d18084"
    ),
    ("htm.mjs", "htm 3.1.1, dist/htm.mjs"): (
        "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4"
    ),
    ("markdown-it.mjs", "markdown-it 15.0.3, dist/browser/markdown-it.esm.min.mjs"): (
        "40ee4f75f35a4c8d24f1d7a902f4c56a26da8bd9eec5bb02ad4a672d6ba05525"
    ),
}
"""The SHA-256 of each library's file in its npm package, without the line that names its source
map, which is not here."""
WITHIN = ("entities", "linkify-it", "mdurl", "punycode.js", "uc.micro")
"""Libraries that are part of markdown-it's file."""


def ours() -> list[Path]:
    """The page's own files of text."""
    kinds = {".js", ".css", ".html"}
    found = [each for each in STATIC.rglob("*") if each.suffix in kinds]
    return [each for each in found if not each.is_relative_to(VENDOR)]


def addresses(source: str) -> Iterator[str]:
    """Lines that name an address elsewhere, outside comments."""
    code = re.sub(r"/\*.*?\*/|<!--.*?-->", "", source, flags=re.DOTALL)
    for line in code.splitlines():
        before, found, _ = line.partition("://")
        if found and re.search(r"\b(https?|wss?)$", before) and "//" not in before:
            yield line.strip()


@pytest.mark.parametrize(("name", "published"), PUBLISHED)
def test_a_library_is_as_it_was_published(name, published):
    digest = hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
    assert digest == PUBLISHED[name, published], published


def test_every_library_is_listed_and_comes_with_its_licence():
    assert {each.name for each in VENDOR.glob("*.*")} == {name for name, _ in PUBLISHED}
    libraries = {published.split()[0] for _, published in PUBLISHED} | {*WITHIN}
    licences = {each.stem: each.read_text("utf-8") for each in (VENDOR / "licences").iterdir()}
    assert licences.keys() == libraries
    assert all(re.search("copyright", text, re.IGNORECASE) for text in licences.values())


def test_the_pages_own_files_are_small():
    assert len(ours()) >= FLOOR
    long = [each.name for each in ours() if each.read_text("utf-8").count("\n") > MOST_LINES]
    assert long == []


def test_the_page_asks_nothing_of_anybody_else():
    found = [(each.name, line) for each in ours() for line in addresses(each.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ['load("https://example.com/x.js");', "a { background: url(http://example.com) }"],
)
def test_an_address_elsewhere_is_found(source):
    assert list(addresses(source))


@pytest.mark.parametrize(
    "source",
    ["// see https://example.com", "/* http://example.com\n more */", "a = b; // http://c"],
)
def test_an_address_in_a_comment_is_fine(source):
    assert list(addresses(source)) == []


def test_the_files_are_served_where_the_project_lies_behind_a_link_too(tmp_path):
    (tmp_path / "bot").symlink_to(PROJECT / "bot", target_is_directory=True)
    script = "from bot.sandbox.page.site import STATIC; print(STATIC)"
    said = subprocess.run(  # noqa: S603 - our own file
        [sys.executable, "-c", script], env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == str(STATIC.resolve())
