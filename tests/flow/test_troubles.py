"""What cannot work is said plainly: to the owner at the start, to members in Discord."""

import asyncio
import json
import shutil
from dataclasses import replace

import pytest

from bot.sandbox.faults import Fault, FaultKind, rate_limited, refusing
from tests.disks import read_only
from tests.flow.house import answer_to, is_final, serving
from tests.flow.processes import PROJECT, bot_process

STARTER = PROJECT / "bot" / "imaging" / "starter"


async def refusal_to_start(sandbox, folder, *, code=1, **changes):
    """The one line with which the bot refuses to start."""
    async with bot_process(sandbox, folder, **changes) as bot:
        assert await bot.ended(60) == code
    assert "Traceback" not in bot.said()
    return bot.said().strip()


async def test_a_token_that_discord_does_not_know(sandbox, tmp_path):
    said = await refusal_to_start(sandbox, tmp_path, DISCORD_TOKEN="wrong" * 12)
    assert "copy the bot's token again" in said
    assert "wrong" * 12 not in said


async def test_no_token_and_other_problems_are_told_together(sandbox, tmp_path):
    said = await refusal_to_start(sandbox, tmp_path, DISCORD_TOKEN="", QUEUE_PER_MEMBER="many")
    assert "DISCORD_TOKEN is not set" in said
    assert "QUEUE_PER_MEMBER is 'many'" in said


@pytest.mark.happens("the data folder cannot be written")
async def test_a_data_folder_that_cannot_be_written(sandbox, tmp_path):
    (tmp_path / "taken").write_text("a file where a folder should be")
    said = await refusal_to_start(sandbox, tmp_path, DATA_DIR=str(tmp_path / "taken" / "data"))
    assert str(tmp_path / "taken") in said


@pytest.mark.happens("the data folder cannot be written")
async def test_a_data_folder_on_a_disk_that_is_read_only(sandbox, tmp_path):
    with read_only(tmp_path / "data") as is_so:
        if not is_so:
            pytest.skip("no folder can be closed to root here")
        said = await refusal_to_start(sandbox, tmp_path)
    assert f"The data folder {tmp_path / 'data'} cannot be written" in said


async def test_a_model_folder_that_is_not_there(sandbox, tmp_path):
    said = await refusal_to_start(sandbox, tmp_path, MODEL="./no-such-folder")
    assert "MODEL is './no-such-folder', and there is nothing at that path" in said


async def test_a_model_nobody_knows(sandbox, tmp_path):
    said = await refusal_to_start(sandbox, tmp_path, MODEL="nonsense")
    assert "starter" in said


async def test_a_device_that_is_not_there(sandbox, tmp_path):
    said = await refusal_to_start(sandbox, tmp_path, DEVICE="mps")
    assert "DEVICE" in said


@pytest.mark.happens("the database is damaged")
async def test_a_damaged_database_is_named_and_kept(sandbox, tmp_path):
    database = tmp_path / "data" / "bot.db"
    database.parent.mkdir()
    database.write_bytes(b"this is no database " * 1000)
    said = await refusal_to_start(sandbox, tmp_path)
    assert str(database) in said
    assert database.read_bytes() == b"this is no database " * 1000


async def test_why_a_start_was_refused_is_an_event_where_a_collector_reads_the_log(
    sandbox, tmp_path
):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bot.db").write_bytes(b"this is no database " * 1000)
    said = await refusal_to_start(sandbox, tmp_path, LOG_FORMAT="json")
    last = [json.loads(line) for line in said.splitlines()][-1]
    assert (last["level"], last["exit_code"]) == ("critical", 1)
    assert "is not a database" in last["event"]


@pytest.mark.happens("Discord is away when the bot starts")
async def test_a_discord_that_cannot_be_reached_is_left_to_a_supervisor(sandbox, tmp_path):
    away = "http://127.0.0.1:9/api/v10"
    said = await refusal_to_start(sandbox, tmp_path, code=75, DISCORD_API_URL=away)
    assert "Discord could not be reached" in said


@pytest.mark.happens("a model cannot be loaded")
async def test_a_damaged_checkpoint_is_told_to_members_and_in_the_log(sandbox, tmp_path, caplog):
    model = tmp_path / "damaged"
    shutil.copytree(STARTER, model)
    weights = model / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])
    async with serving(sandbox, tmp_path / "data", MODEL=str(model)) as house:
        first = await house.imagine()
        # It came before the loading had failed, or after: as a job, or refused in private.
        said = await sandbox.events.wait(lambda: _last_words(first), 60)
        assert "could not be loaded" in said
        refused = await (await house.imagine()).followed_up()
        assert refused.ephemeral
        assert "could not be loaded" in refused.text
        assert str(tmp_path) not in refused.text
        assert (await answer_to(await house.imagine(model="starter"))).files
    assert any("is damaged" in record.getMessage() for record in caplog.records)


def _last_words(reply):
    """What the reply says in the end, by whichever message; none before that."""
    said = [one for one in (reply.message, *reply.followups) if one is not None]
    return next((one.text for one in said if is_final(one)), None)


async def test_a_note_of_the_commands_that_cannot_be_written_keeps_nobody_from_serving(
    sandbox, tmp_path, caplog
):
    (tmp_path / "commands.sha256").mkdir()
    async with serving(sandbox, tmp_path) as house:
        assert (await answer_to(await house.imagine())).files
    assert "commands.sha256 cannot be written" in caplog.text


def allow_long_texts(sandbox):
    """What a member's Discord sends that shows a form without a limit to its texts."""
    (form,) = (one for one in sandbox.commands.listed(None) if one["name"] == "imagine")
    options = [{**one, "max_length": 6000} if one["type"] == 3 else one for one in form["options"]]
    sandbox.commands.change(None, int(form["id"]), {"options": options})


async def test_a_style_of_any_length_is_refused_in_private_and_nothing_stays_thinking(
    sandbox, tmp_path
):
    async with serving(sandbox, tmp_path) as house:
        allow_long_texts(sandbox)
        reply = await house.imagine(style="x" * 6000, private=True)
        refused = await reply.until(is_final)
        assert refused.ephemeral
        assert "There is no style “xxx" in refused.text
        assert not sandbox.unfinished()


@pytest.mark.happens("the bot lacks a permission in the channel")
async def test_a_channel_that_the_bot_may_not_post_in_is_refused_by_what_is_missing(
    sandbox, tmp_path
):
    async with serving(sandbox, tmp_path) as house:
        member = house.member("member", "announcements")
        refused = await (await member.slash("imagine", prompt="a cat", steps=1)).followed_up()
        assert refused.ephemeral
        assert "I lack Send Messages, Embed Links, Attach Files" in refused.text
        private = await member.slash("imagine", prompt="a cat", steps=1, private=True)
        assert (await answer_to(private)).files
        thread = await house.member("owner", "sketches").slash("imagine", prompt="a cat", steps=1)
        assert (await answer_to(thread)).files


DELETE = {"method": "DELETE", "path": "original$"}
FOLLOW_UP = {"method": "POST", "path": r"^/webhooks/\d+/[^/]+$"}
LOST = [
    Fault(FaultKind.CUT_BEFORE, **DELETE),
    Fault(FaultKind.CUT_AFTER, **DELETE),
    Fault(FaultKind.STATUS, status=503, body="busy", **DELETE),
    replace(rate_limited(0.01, html=True), **DELETE),
    Fault(FaultKind.CUT_BEFORE, **FOLLOW_UP),
    replace(rate_limited(0.01, via=False), **FOLLOW_UP),
    replace(rate_limited(0.01, html=True), **FOLLOW_UP),
]


async def test_a_refusal_that_meets_trouble_is_told_in_the_end_and_leaves_nothing_thinking(
    sandbox, tmp_path
):
    async with serving(sandbox, tmp_path) as house:
        for fault in LOST:
            sandbox.faults.add(replace(fault))
            reply = await house.imagine(style="nonsense")
            refused = await reply.followed_up()
            assert "There is no style “nonsense”" in refused.text
            assert reply.message is None
            assert len(reply.followups) == 1
        assert all(rule.times == 0 for rule in sandbox.faults.rules)


@pytest.mark.happens("the bot is stopped while it takes a command in")
async def test_commands_in_hand_at_a_stop_are_told_of_it_before_the_bot_leaves(sandbox, tmp_path):
    async def ask(*, after):
        await sandbox.faults.until_met(after, 60)
        return await sandbox.acting("member", "general").slash("imagine", prompt="a cat", steps=1)

    async with serving(sandbox, tmp_path) as house:
        # Once it has drawn, no model that is still being loaded makes the stop longer.
        assert (await answer_to(await house.imagine())).files
        acknowledging = Fault(FaultKind.DELAY, path="/callback$", delay=0.4)
        for fault in (acknowledging, Fault(FaultKind.DELAY, delay=0.2, **DELETE), acknowledging):
            sandbox.faults.add(replace(fault))
        first = await ask(after=0)
        # It comes while the bot stops and the first one is just being told.
        second = asyncio.create_task(ask(after=2))
        await sandbox.faults.until_met(1, 60)
    for reply in (first, await second):
        assert "restarting" in (await reply.followed_up()).text
        assert reply.message is None


async def test_a_private_refusal_that_meets_trouble_is_told_in_the_end(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        for kind in (FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER):
            sandbox.faults.add(Fault(kind, "PATCH", "original$", times=3))
            reply = await house.imagine(style="nonsense", private=True)
            assert "There is no style" in (await reply.finished()).text


@pytest.mark.happens("Discord never hears that a command was taken in")
@pytest.mark.parametrize(
    "fault",
    [
        replace(rate_limited(0.01, html=True), path="/callback$"),
        Fault(FaultKind.CUT_BEFORE, path="/callback$", times=2),
    ],
)
async def test_a_request_whose_acknowledgement_never_came_is_answered_in_the_channel(
    sandbox, tmp_path, fault, caplog
):
    async with serving(sandbox, tmp_path) as house:
        sandbox.faults.add(replace(fault))
        member = house.member()
        await member.slash("imagine", prompt="a cat", steps=1)

        def posted():
            return [one for one in member.messages() if one.files] or None

        (answer,) = await sandbox.events.wait(posted, 120)
        assert answer.mentioned == [member.user.id]
        assert "may not be acknowledged" in caplog.text
        sandbox.forgive()


@pytest.mark.parametrize("code", [10062, 50027])
async def test_a_request_that_came_too_late_is_dropped_and_not_drawn(sandbox, tmp_path, code):
    async with serving(sandbox, tmp_path) as house:
        sandbox.faults.add(replace(refusing(code), path="/callback$"))
        await house.member().slash("imagine", prompt="a cat", steps=1)
        await sandbox.faults.until_met(1, timeout=60)
        assert (await answer_to(await house.imagine())).files
        assert len([one for one in house.member().messages() if one.files]) == 1
        sandbox.forgive()
