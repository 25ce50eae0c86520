"""Whatever Discord answers, each outcome is told exactly once, by the best way that is open."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from bot.delivery import WAY_TRIES
from bot.imaging.fitting import Fitter
from bot.model.picture import Picture
from bot.model.ways import Outcome, Way
from bot.sandbox.faults import Fault, FaultKind, blocked, rate_limited, refusing, signed_out
from tests.cogs.post_office import PAST_NONCE, PAST_TOKEN, png, post_office
from tests.discord_fixtures import sandbox
from tests.imaging.test_fitting import fall

__all__ = ["sandbox"]

ORIGINAL = {"method": "PATCH", "path": r"/messages/(@|%40)original$"}
MESSAGE = {"method": "POST", "path": r"/channels/\d+/messages$"}
DIRECT = {"method": "POST", "path": "/users/@me/channels$"}


@pytest.fixture
async def office(sandbox, tmp_path):
    async with post_office(sandbox, tmp_path) as office:
        yield office


def again(fault: Fault, times: int) -> Fault:
    return replace(fault, times=times)


PASSING = {
    "a full bucket": rate_limited(0.01),
    "a full bucket, longer than discord.py waits": again(rate_limited(0.01), 6),
    "a global limit": rate_limited(0.01, scope="global"),
    "a shared limit": rate_limited(0.01, scope="shared"),
    "a limit without Via": rate_limited(2.5, via=False),
    "a limit in HTML": rate_limited(2.5, html=True),
    "a limit in HTML without Via": rate_limited(2.5, html=True, via=False),
    "a page of the proxy's": blocked(),
    "a 503": Fault(FaultKind.STATUS, status=503, body="<p>busy</p>"),
    "a 502 that is no JSON but says so": Fault(
        FaultKind.STATUS, body="", headers={"Content-Type": "application/json"}, times=WAY_TRIES
    ),
    "a cut before": Fault(FaultKind.CUT_BEFORE),
    "a cut after": Fault(FaultKind.CUT_AFTER),
    "three cuts after": Fault(FaultKind.CUT_AFTER, times=3),
    "done but answered 502": Fault(FaultKind.STATUS_AFTER, status=502),
    "done but answered 503": Fault(FaultKind.STATUS_AFTER, status=503),
    "done but answered as a full bucket": replace(rate_limited(0.01), kind=FaultKind.STATUS_AFTER),
}
"""What says nothing against the way: the same one is gone again."""

CLOSED = {code: refusing(code) for code in (50001, 50013, 10003, 10008, 50027, 10015, 10062, 40060)}
CLOSED[30046] = again(refusing(30046), 5)


@pytest.mark.happens("Discord limits the rate (429), fails (5xx) or cuts the connection")
@pytest.mark.parametrize("trouble", PASSING)
async def test_passing_trouble_with_the_original_leads_to_an_edit_of_it(office, trouble, caplog):
    job, reply = await office.asked()
    await office.drawn(job)
    office.sandbox.faults.add(replace(PASSING[trouble], **ORIGINAL))
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert answer.id == reply.message.id == told.message_id
    assert told.answered_by is Way.ORIGINAL
    assert not any(record.exc_info for record in caplog.records)
    assert caplog.text.count("will be tried again in") == len(office.pauses)


@pytest.mark.happens("Discord limits the rate (429), fails (5xx) or cuts the connection")
@pytest.mark.parametrize("trouble", PASSING)
async def test_passing_trouble_with_the_channel_leads_to_one_message_there(office, trouble):
    job, _ = await office.asked()
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(replace(PASSING[trouble], **MESSAGE))
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert (answer.id, answer.channel_id) == (told.message_id, job.origin.channel_id)
    assert answer.mentioned == [job.origin.user_id]
    assert told.answered_by is Way.CHANNEL


@pytest.mark.happens("Discord limits the rate (429), fails (5xx) or cuts the connection")
@pytest.mark.parametrize("trouble", PASSING)
async def test_passing_trouble_with_a_direct_message_leads_to_one(office, trouble):
    job, _ = await office.asked(private=True)
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(replace(PASSING[trouble], **MESSAGE))
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert answer.id == told.message_id
    assert answer.channel_id != job.origin.channel_id
    assert told.answered_by is Way.DIRECT


@pytest.mark.happens("the computer's clock is set back")
@pytest.mark.happens("the message was deleted, or may not be edited")
@pytest.mark.parametrize("code", CLOSED)
async def test_a_closed_original_leads_to_the_channel(office, code, caplog):
    caplog.set_level("INFO")
    job, _ = await office.asked()
    await office.drawn(job)
    office.sandbox.faults.add(replace(CLOSED[code], **ORIGINAL))
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert (told.answered_by, answer.channel_id) == (Way.CHANNEL, job.origin.channel_id)
    original = (await office.hops(job))[Way.ORIGINAL]
    assert (original.outcome, original.code) == (Outcome.REFUSED, code)
    assert f"original is closed: Discord refused with {code}" in caplog.text


@pytest.mark.happens("the channel is gone, or closed to the bot, when the image is there")
@pytest.mark.parametrize("code", CLOSED)
async def test_a_closed_channel_leads_to_a_direct_message(office, code, caplog):
    caplog.set_level("INFO")
    job, _ = await office.asked()
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(replace(CLOSED[code], **MESSAGE))
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert told.answered_by is Way.DIRECT
    assert answer.channel_id != job.origin.channel_id
    channel = (await office.hops(job))[Way.CHANNEL]
    assert (channel.outcome, channel.code) == (Outcome.REFUSED, code)
    assert f"channel is closed: Discord refused with {code}" in caplog.text


@dataclass(frozen=True)
class _Deed:
    """What happens between the request and its answer, without any fault."""

    do: Callable[[object, object, object], None]
    way: Way


DEEDS = {
    "the message is deleted": _Deed(
        lambda sandbox, job, reply: sandbox.messages.delete(
            sandbox.messages.find(reply.message.id)
        ),
        Way.CHANNEL,
    ),
    "the channel is deleted": _Deed(
        lambda sandbox, job, reply: (
            sandbox.clock.advance(PAST_TOKEN),
            sandbox.remove_channel("general"),
        ),
        Way.DIRECT,
    ),
    "the token dies": _Deed(
        lambda sandbox, job, reply: sandbox.clock.advance(PAST_TOKEN), Way.CHANNEL
    ),
}


@pytest.mark.parametrize("what", DEEDS)
async def test_what_happens_meanwhile_decides_the_way(office, what):
    job, reply = await office.asked()
    DEEDS[what].do(office.sandbox, job, reply)
    await office.drawn(job)
    assert (await office.deliver(job)).answered_by is DEEDS[what].way
    assert len(office.answers()) == 1


async def test_what_a_servers_boosts_allow_does_not_hold_in_a_direct_message(office):
    job, _ = await office.asked()
    boosted = replace(job, origin=replace(job.origin, filesize_limit=100 * 2**20))
    for way in (Way.CHANNEL, Way.DIRECT):
        await office.courier.deliver(boosted, [Picture(png(), job.recipe)], way)
    assert office.limits == [100 * 2**20, 10 * 2**20]


async def test_a_message_that_stands_is_found_where_discord_pys_own_second_try_is_refused(office):
    job, _ = await office.asked()
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(Fault(FaultKind.STATUS_AFTER, status=502, **MESSAGE))
    office.sandbox.faults.add(replace(refusing(50013), **MESSAGE))
    told = await office.deliver(job)
    assert told.answered_by is Way.CHANNEL
    assert [answer.id for answer in office.answers()] == [told.message_id]


@pytest.mark.happens("making an image smaller kills the process that does it, twice")
async def test_a_picture_that_kills_its_encoder_is_kept_and_its_author_told(office, caplog):
    office.fitter = Fitter(fit=fall)
    job, reply = await office.asked()
    narrow = replace(job, origin=replace(job.origin, filesize_limit=100))
    await office.courier.deliver(narrow, [Picture(png(), job.recipe)], Way.ORIGINAL)
    assert "Too large to be uploaded here, so nothing is attached" in reply.message.text
    assert reply.message.files == []
    assert "nothing is attached: 2 processes" in caplog.text


@pytest.mark.happens("there is no way to the member at all")
async def test_who_takes_no_direct_messages_finds_a_private_picture_kept(office, caplog):
    job, _ = await office.asked(private=True)
    office.sandbox.clock.advance(PAST_TOKEN)
    office.sandbox.world.user_named("member").accepts_dm = False
    await office.drawn(job)
    told = await office.deliver(job)
    assert (told.answered_by, told.message_id) == (None, None)
    assert told.answered_at is not None
    assert office.answers() == []
    assert "every way is closed; the answer is kept" in caplog.text


@pytest.mark.parametrize("path", [MESSAGE, DIRECT])
async def test_a_bad_token_of_the_bots_own_closes_no_way(office, path):
    job, _ = await office.asked(private=path is DIRECT)
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(replace(signed_out(), times=3, **path))
    told = await office.deliver(job)
    assert told.answered_by is (Way.DIRECT if path is DIRECT else Way.CHANNEL)
    assert len(office.answers()) == 1
    assert len(office.pauses) == 3


@pytest.mark.happens("Discord did what was asked and said otherwise")
@pytest.mark.parametrize("private", [False, True])
async def test_a_late_second_try_finds_the_message_that_no_nonce_protects_any_more(
    office, private, caplog
):
    job, _ = await office.asked(private=private)
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(Fault(FaultKind.CUT_AFTER, **MESSAGE))
    office.while_resting = lambda: office.sandbox.clock.advance(PAST_NONCE)
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert answer.id == told.message_id
    assert (await office.hops(job))[told.answered_by].tries == 2
    assert "will be tried again in" in caplog.text


async def test_an_edit_that_was_made_and_lost_with_its_token_is_found_in_the_channel(office):
    job, reply = await office.asked()
    await office.drawn(job)
    office.sandbox.faults.add(Fault(FaultKind.CUT_AFTER, **ORIGINAL))
    office.while_resting = lambda: office.sandbox.clock.advance(PAST_TOKEN)
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert answer.id == reply.message.id == told.message_id


async def test_an_older_answer_of_the_same_number_is_not_taken_for_it(office):
    older, _ = await office.asked()
    await office.drawn(older)
    await office.deliver(older)
    office.queue.jobs.clear()
    office.queue.tried.clear()
    office.queue.last_id = 0
    office.sandbox.clock.advance(60)
    job, _ = await office.asked()
    assert job.id == older.id
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(Fault(FaultKind.CUT_BEFORE, **MESSAGE))
    await office.deliver(job)
    assert len(office.answers()) == 2


async def test_the_pause_that_a_limit_names_is_kept(office):
    job, _ = await office.asked()
    await office.drawn(job)
    office.sandbox.faults.add(replace(rate_limited(2.5, via=False), **ORIGINAL))
    await office.deliver(job)
    assert office.pauses == [2.5]


async def test_a_limit_longer_than_half_a_minute_keeps_no_hand_waiting(office):
    job, _ = await office.asked()
    office.sandbox.clock.advance(PAST_TOKEN)
    await office.drawn(job)
    office.sandbox.faults.add(replace(rate_limited(3000.0), **MESSAGE))
    await office.deliver(job)
    assert office.pauses == [3000.0]
    assert len(office.answers()) == 1


@pytest.mark.happens("Discord did what was asked and said otherwise")
async def test_an_edit_that_was_made_and_then_refused_is_found_in_the_channel(office):
    job, reply = await office.asked()
    await office.drawn(job)
    for fault in (Fault(FaultKind.STATUS_AFTER, status=502), refusing(50027)):
        office.sandbox.faults.add(replace(fault, **ORIGINAL))
    told = await office.deliver(job)
    (answer,) = office.answers()
    assert answer.id == reply.message.id == told.message_id
