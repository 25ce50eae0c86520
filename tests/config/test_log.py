"""The log: what it shows, and what it never shows."""

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.log import Redaction, handler_for
from config.settings import LogSettings

TOKEN = "MTIz.abc-DEF_4.xyz"


class Desk:
    """A handler that writes into memory, fed with records made by hand."""

    def __init__(self, form="plain", level="INFO", secrets=(TOKEN,)):
        self.stream = io.StringIO()
        settings = LogSettings(level=level, format=form)
        self.handler = handler_for(settings, secrets=secrets, stream=self.stream)

    def log(self, message, *args, name="bot.dispatcher", level=logging.INFO, error=None, **extra):
        record = logging.LogRecord(name, level, __file__, 1, message, args, error)
        vars(record).update(extra)
        if record.levelno >= self.handler.level:
            self.handler.handle(record)
        return self.stream.getvalue()


def trouble_with(text):
    try:
        raise ValueError(text)
    except ValueError as error:
        return type(error), error, error.__traceback__


def test_an_event_is_one_line_with_its_values():
    line = Desk().log("claimed %s", "it", job=12, member="a b")
    assert line.endswith(' INFO    dispatcher: claimed it job=12 member="a b"\n')


def test_an_event_in_json_keeps_numbers():
    table = json.loads(Desk("json").log("claimed", job=12, share=0.5, member="a b"))
    assert table.pop("time").endswith("+00:00")
    assert table == {
        "level": "info",
        "logger": "bot.dispatcher",
        "event": "claimed",
        "job": 12,
        "share": 0.5,
        "member": "a b",
    }


@pytest.mark.parametrize("form", ["plain", "json"])
def test_a_secret_shows_neither_in_message_nor_value_nor_traceback(form):
    written = Desk(form).log(
        "got %s", TOKEN, error=trouble_with(TOKEN), header=f"Bot {TOKEN}", level=logging.ERROR
    )
    assert TOKEN not in written
    assert written.count("<secret>") == 3


@pytest.mark.parametrize("form", ["plain", "json"])
def test_an_interaction_token_in_a_path_is_a_secret(form):
    written = Desk(form).log("PATCH /webhooks/12/aW50ZXJ/messages/@original has returned 200")
    assert "aW50ZXJ" not in written
    assert "/webhooks/12/<secret>/messages/@original has returned 200" in written


@pytest.mark.parametrize(
    "line",
    [
        "POST https://discord.com/api/v10/interactions/12/aW50ZXJ/callback has returned 204",
        "For Shard ID 0: WebSocket Event: {'t': 'INTERACTION_CREATE', 'd': {'token': 'aW50ZXJ'}}",
        'Received {"op":0,"d":{"token":"aW50ZXJ","type":2}}',
    ],
)
def test_what_discord_py_says_at_debug_holds_no_interaction_token(line):
    written = Desk(level="DEBUG").log(line, name="discord.http", level=logging.DEBUG)
    assert "<secret>" in written
    assert "aW50ZXJ" not in written


@given(st.lists(st.text(min_size=1), max_size=4), st.text())
def test_no_secret_outlives_redaction(secrets, text):
    redacted = Redaction(secrets)("".join([text, *secrets, text]))
    rest = redacted.replace("<secret>", "\0")
    for secret in secrets:
        assert secret not in rest or secret in "<secret>" or "\0" in secret


def test_a_secret_within_another_leaves_nothing_of_either():
    assert Redaction(["abc", "abcdef", ""])("abcdef abc") == "<secret> <secret>"


def test_a_secret_of_digits_does_not_pass_as_a_number():
    assert json.loads(Desk("json", secrets=["4711"]).log("claimed", job=4711))["job"] == "<secret>"


def test_what_a_stranger_wrote_stays_on_its_line():
    written = Desk().log("asked for %s", "a\n2026 INFO forged\x1b[2J", prompt="b\r\nc")
    assert written.count("\n") == 1
    assert "\x1b" not in written
    assert r"a\n2026 INFO forged\x1b[2J" in written


def test_a_traceback_is_set_in_below_its_event():
    first, *rest = Desk().log("failed", error=trouble_with("why")).splitlines()
    assert first.endswith("dispatcher: failed")
    assert rest[-1] == "    ValueError: why"
    assert all(line.startswith("    ") for line in rest)


def test_libraries_are_quiet_until_they_warn():
    desk = Desk()
    assert desk.log("connected", name="discord.gateway") == ""
    assert "rate limited" in desk.log("rate limited", name="discord.http", level=logging.WARNING)


def test_debug_asks_for_everything():
    assert "connected" in Desk(level="DEBUG").log("connected", name="discord.gateway")


def test_the_level_holds():
    assert Desk(level="WARNING").log("claimed") == ""


PROCESS = """
import logging, warnings
from config.log import set_up_logging
from config.settings import read_settings

settings = read_settings({"DISCORD_TOKEN": "a.secret.b", "LOG_FORMAT": "json"})
set_up_logging(settings.log, secrets=settings.secrets)
logging.getLogger("bot").info("ready a.secret.b")
logging.getLogger("bot").debug("too much")
warnings.warn("take care")
"""


def test_a_process_logs_to_its_error_stream_python_s_warnings_too():
    done = subprocess.run(  # noqa: S603 - this interpreter, and text from this file
        [sys.executable, "-c", PROCESS],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    ready, warning = map(json.loads, done.stderr.splitlines())
    assert ready["event"] == "ready <secret>"
    assert (warning["logger"], warning["level"]) == ("py.warnings", "warning")
    assert "take care" in warning["event"]
    assert done.stdout == ""
