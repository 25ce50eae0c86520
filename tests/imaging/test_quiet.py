"""What the libraries log comes out of our handler, or not at all."""

import logging
import subprocess
import sys

import pytest

from bot.imaging.sdxl.quiet import WITH_HANDLERS, hush
from tests.rules.source import PROJECT

SPEAK = """
import logging
from bot.imaging.sdxl.quiet import hush

class Ours(logging.Handler):
    def emit(self, record):
        print("ours:", record.getMessage())

logging.getLogger().addHandler(Ours())
hush()
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

for get in (diffusers_logging.get_logger, transformers_logging.get_logger):
    for name in ("", "within"):
        library = get.__module__.split(".")[0]
        logger = get(f"{library}.{name}" if name else library)
        logger.warning("a prompt that was too long")
        logger.error("an error")
"""


def test_errors_of_the_libraries_take_our_way_and_warnings_none():
    done = subprocess.run(  # noqa: S603 - this interpreter, and text from this file
        [sys.executable, "-c", SPEAK],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.splitlines() == ["ours: an error"] * 4
    assert "an error" not in done.stderr
    assert "too long" not in done.stderr


@pytest.mark.parametrize("name", WITH_HANDLERS)
def test_no_library_has_a_handler_of_its_own(name):
    hush()
    logger = logging.getLogger(name)
    assert logger.propagate
    assert logger.handlers == []
