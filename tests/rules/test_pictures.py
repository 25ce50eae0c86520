"""The documents' pictures are there, small, and taken from the page by `make pictures`."""

import re

import pytest
from PIL import Image

from tests.pictures import FOLDER, MOST_BYTES, PICTURES
from tests.rules.source import PROJECT

SHOWN = re.compile(r"<img[^>]+src=\"([^\"]+)\"|!\[[^\]]*\]\(([^)\s]+)")


def shown_in(document: str) -> set[str]:
    """The files of the pictures in a document."""
    folder = (PROJECT / document).parent
    text = (PROJECT / document).read_text("utf-8")
    names = [src or target for src, target in SHOWN.findall(text)]
    return {str((folder / name).resolve().relative_to(PROJECT)) for name in names}


def test_every_picture_of_the_documents_is_one_that_is_taken_from_the_page():
    made = {str((FOLDER / name).relative_to(PROJECT)) for name in PICTURES}
    assert shown_in("README.md") | shown_in("docs/sandbox.md") == made


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_whole(name):
    file = FOLDER / name
    assert file.stat().st_size <= MOST_BYTES
    with Image.open(file) as picture:
        picture.load()


@pytest.mark.parametrize("document", ["README.md", "docs/sandbox.md"])
def test_every_picture_is_described_for_whoever_does_not_see_it(document):
    text = (PROJECT / document).read_text("utf-8")
    assert all(re.search(r'alt="[^"]+"', each) for each in re.findall(r"<img[^>]*>", text))
    assert all(re.findall(r"!\[([^\]]*)\]\(", text))
