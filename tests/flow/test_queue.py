"""Waiting, cancelling and being refused, as members see it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from bot.sandbox.faults import Fault, FaultKind
from tests.flow.house import answer_to, serving

LONG = 60
"""Steps that keep the one executor thread busy while the queue is looked at."""


@pytest.fixture
async def house(sandbox, tmp_path):
    rooms = {"QUEUE_PER_MEMBER": "2", "QUEUE_PER_SERVER": "4"}
    async with serving(sandbox, tmp_path, **rooms) as house:
        yield house


async def drawing(reply):
    return await reply.until(lambda message: "Drawing" in message.text)


async def test_who_waits_sees_a_place_and_then_the_drawing(house):
    reply = await house.imagine(steps=LONG)
    await reply.until(lambda message: "position 1" in message.text)
    await drawing(reply)
    assert (await answer_to(reply)).files


async def test_a_restart_shows_who_waits_a_place_and_a_measured_time_left_again(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        await answer_to(await house.imagine(steps=LONG))
        replies = [await house.imagine(steps=LONG, count=4) for _ in range(3)]
        shown = [await reply.until(lambda message: "left" in message.text) for reply in replies]
        assert "In the queue at position 1 · about" in shown[2].text
    seen = len(replies[2].history)
    async with serving(sandbox, tmp_path) as house:
        again = await replies[2].until(lambda message: len(replies[2].history) > seen, 60)
        assert "In the queue at position 3" in again.text
        timed = await replies[2].until(lambda message: " left" in message.text, 60)
        for reply in replies:
            await house.member().click(reply.message, "Cancel")
            await answer_to(reply)
    assert "In the queue at position 1 · about" in timed.text


async def test_a_full_waiting_room_is_refused_in_private_and_nothing_else_is_touched(house):
    replies = [await house.imagine(steps=LONG, count=2) for _ in range(4)]
    refused = await house.imagine()
    said = await refused.followed_up()
    assert said.ephemeral
    assert "2 requests waiting" in said.text
    for reply in replies[1:]:
        await house.member().click(reply.message, "Cancel")
    for reply in replies:
        await answer_to(reply)


async def test_the_author_cancels_a_waiting_image(house):
    first, second = await house.imagine(steps=LONG), await house.imagine(steps=LONG)
    waiting = await second.until(lambda message: bool(message.controls()))
    await (await house.member().click(waiting, "Cancel")).acknowledged()
    cancelled = await answer_to(second)
    assert "Cancelled" in cancelled.text
    assert not cancelled.files
    assert (await answer_to(first)).files


async def test_the_author_cancels_an_image_that_is_being_drawn(house):
    reply = await house.imagine(steps=LONG, count=4)
    await house.member().click(await drawing(reply), "Cancel")
    assert "Cancelled" in (await answer_to(reply)).text
    assert (await answer_to(await house.imagine())).files


async def test_a_press_is_no_open_answer_that_a_restart_would_write_over(house, tmp_path):
    reply = await house.imagine(steps=LONG)
    click = await house.member("patron").click(await drawing(reply), "Cancel")
    await click.followed_up()
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        kinds = {kind for (kind,) in database.execute("SELECT kind FROM interactions")}
    assert kinds == {"imagine"}
    assert (await answer_to(reply)).files


async def test_a_press_whose_acknowledgement_cannot_be_read_is_heard(house):
    reply = await house.imagine(steps=LONG, count=4)
    shown = await drawing(reply)
    page = Fault(FaultKind.STATUS_AFTER, path="/callback$", status=200, body="<html>")
    house.sandbox.faults.add(page)
    await house.member().click(shown, "Cancel")
    assert "Cancelled" in (await answer_to(reply)).text


async def test_a_press_whose_acknowledgement_a_stop_cuts_off_is_heard(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        await (await house.member("owner").slash("queue pause")).acknowledged()
        reply = await house.imagine()
        shown = await reply.until(lambda message: bool(message.controls()))
        sandbox.faults.add(Fault(FaultKind.DELAY_AFTER, path="/callback$", delay=2.5))
        await house.member().click(shown, "Cancel")
        await sandbox.faults.until_met(1, 60)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        assert database.execute("SELECT state FROM jobs").fetchall() == [("cancelled",)]


async def test_nobody_cancels_somebody_elses_image(house):
    reply = await house.imagine(steps=LONG)
    click = await house.member("patron").click(await drawing(reply), "Cancel")
    said = await click.followed_up()
    assert said.ephemeral
    assert "Only the member who asked" in said.text
    assert (await answer_to(reply)).files


async def test_a_members_flood_does_not_hold_up_somebody_else(house):
    flood = [await house.imagine(steps=LONG, count=4) for _ in range(3)]
    await drawing(flood[0])
    quick = await house.member("patron").slash("imagine", prompt="a cat", steps=2)
    assert (await answer_to(quick)).files
    assert flood[1].message.controls()
    for reply in flood:
        await house.member().click(reply.message, "Cancel")
        await answer_to(reply)


async def test_an_answer_after_the_token_has_died_comes_as_one_message_that_mentions_its_author(
    house,
):
    reply = await house.imagine(steps=LONG)
    await drawing(reply)
    house.sandbox.clock.advance(20 * 60)
    member = house.member()

    def posted():
        found = [one for one in member.messages() if one.files]
        return found or None

    (answer,) = await house.sandbox.events.wait(posted, 60)
    assert answer.mentioned == [member.user.id]
    assert answer.id != reply.message.id


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.CUT_BEFORE, path="/callback$"),
        Fault(FaultKind.CUT_AFTER, path="/callback$"),
        Fault(FaultKind.STATUS_AFTER, path="/callback$", status=502, body="<html>"),
    ],
)
async def test_an_acknowledgement_whose_answer_is_lost_still_leads_to_the_image(house, fault):
    house.sandbox.faults.add(replace(fault))
    reply = await house.imagine()
    assert (await answer_to(reply)).files
