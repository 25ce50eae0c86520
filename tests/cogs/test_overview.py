"""The list of a queue in one message."""

from dataclasses import replace

from bot.control import Overview
from bot.model.estimate import InHand, Queued, Standing
from bot.model.hold import EVERYWHERE, Hold, HoldKind
from bot.model.request import ImageRequest
from cogs import _overview
from tests.cogs.test_sentences import JOB

WAITS = Queued(4, "starter", 1.0, guild_id=12, user_id=4)


def test_each_request_has_a_line_with_its_number_its_member_and_where_it_stands():
    text = _overview.listed(
        Overview([InHand(JOB, done=0.25)], [(WAITS, Standing(1, 120.0))], holds=[]),
        here=12,
    )
    assert text.splitlines() == [
        "🎨 **#3** <@4> · 25% drawn",
        "⏳ **#4** <@4> · position 1 · about 2 min left",
    ]


def test_what_holds_a_queue_back_stands_above_it():
    holds = [
        Hold(EVERYWHERE, HoldKind.DRAINING, by=7, since=60.5),
        Hold(12, HoldKind.PAUSED, by=7, since=61.0),
        Hold(13, HoldKind.PAUSED, by=7, since=62.0),
    ]
    text = _overview.listed(Overview([], [(WAITS, Standing(None))], holds), here=12)
    assert text.splitlines() == [
        "🚰 The whole bot's queue was closed to new requests <t:60:R>",
        "⏸️ This server's queue was paused <t:61:R>",
        "⏸️ The queue of server 13 was paused <t:62:R>",
        "⏸️ **#4** <@4> · paused",
    ]


def test_a_list_of_any_length_fits_into_a_message_and_says_how_many_more_there_are():
    waiting = [(replace(WAITS, job_id=10**9 + one), Standing(one, 5400.0)) for one in range(1000)]
    text = _overview.listed(Overview([], waiting, holds=[]), here=12)
    assert text.endswith("-# and 980 more")
    assert len(text) <= 2000


def test_no_prompt_is_listed():
    private = replace(JOB, request=ImageRequest("a secret", private=True))
    text = _overview.listed(Overview([InHand(private)], [], holds=[]), here=12)
    assert "secret" not in text
