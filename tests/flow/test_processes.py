"""The bot as its own process: stopped, killed and started again; nothing accepted is lost."""

import signal
import stat
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.sandbox.faults import Fault, FaultKind, refusing
from tests.flow.house import answer_to, is_final
from tests.flow.processes import bot_process, environment, process


async def ask(sandbox, user="member", **options):
    member = sandbox.acting(user, "general")
    reply = await member.slash("imagine", prompt="a red apple", **options)
    return await reply.acknowledged()


def finals(reply):
    """How many times the reply's message became final."""
    states = [bool(state.message["components"]) for state in reply.history]
    return sum(1 for before, after in pairwise(states) if before and not after)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_an_idle_bot_in_order(sandbox, tmp_path, number):
    async with process("run", folder=tmp_path, variables=environment(sandbox, tmp_path)) as bot:
        await sandbox.wait_for_bot(60)
        assert await answer_to(await ask(sandbox, steps=2))
        assert await bot.stopped(number) == 0
        await sandbox.wait_for_departure()
    assert "Traceback" not in bot.said()


@pytest.mark.happens("the bot is stopped by a signal")
async def test_a_stop_in_the_middle_puts_work_back_and_the_next_start_answers_it(sandbox, tmp_path):
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        # Far longer than a stop waits for.
        replies = [await ask(sandbox, steps=60, count=4), await ask(sandbox, steps=2)]
        await replies[0].until(lambda message: "step" in message.text, 60)
        assert await bot.stopped(signal.SIGTERM) == 0
    assert replies[0].message.controls()
    assert "Traceback" not in bot.said()
    assert "stopping" in bot.said()
    assert "stopped" in bot.said()
    async with bot_process(sandbox, tmp_path) as bot:
        for reply, count in zip(replies, (4, 1), strict=True):
            assert len((await answer_to(reply)).files) == count
            assert finals(reply) == 1
        assert await bot.stopped(signal.SIGTERM) == 0


@pytest.mark.happens("the bot is killed while images wait or are drawn")
async def test_a_kill_loses_no_accepted_request_and_answers_each_once(sandbox, tmp_path):
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        names = ("member", "patron", "moderator", "newcomer", "member", "patron")
        replies = [await ask(sandbox, user, steps=12) for user in names]
        await answer_to(replies[0])
        bot.process.kill()
        await bot.ended()
    async with bot_process(sandbox, tmp_path) as bot:
        for reply in replies:
            assert len((await answer_to(reply)).files) == 1
            assert finals(reply) == 1
        assert await bot.stopped(signal.SIGTERM) == 0
    assert "taken up again" in bot.said()


@pytest.mark.happens("the bot is killed when an image is posted and not yet noted")
@pytest.mark.parametrize("private", [False, True])
async def test_a_kill_between_the_sending_of_a_message_and_its_answer_sends_no_second_one(
    sandbox, tmp_path, private
):
    sandbox.faults.add(replace(refusing(50027), method="PATCH", path="original$", times=9999))
    sending = {"method": "POST", "path": r"/channels/\d+/messages$"}
    sandbox.faults.add(Fault(FaultKind.DELAY_AFTER, delay=600.0, **sending))

    def posted():
        return [one for one in sandbox.messages.all() if one.files] or None

    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        await ask(sandbox, steps=2, private=private)
        await sandbox.events.wait(posted, 60)
        bot.process.kill()
        await bot.ended()
        await sandbox.wait_for_departure()
    # Longer than the nonce keeps a second one away.
    sandbox.clock.advance(301)
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        await bot.until("answered")
        assert await bot.stopped(signal.SIGTERM) == 0
    assert len(posted()) == 1
    sandbox.forgive()


async def drawn_on(sandbox, reply):
    """Wait until one more step of the reply's job is shown."""
    seen = len(reply.history)

    def look():
        new = [state.message["content"] for state in reply.history[seen:]]
        return any("step" in content for content in new) or None

    await sandbox.events.wait(look, 60)


@pytest.mark.happens("one request kills the bot, twice")
async def test_a_job_in_whose_steps_the_bot_is_killed_twice_fails_honestly_and_alone(
    sandbox, tmp_path
):
    poison, in_its_steps, kills, said = None, 0, 0, ""
    while in_its_steps < 2:
        kills += 1
        assert kills < 12, "no kill fell into a step"
        async with bot_process(sandbox, tmp_path) as bot:
            await sandbox.wait_for_bot(60)
            poison = poison or await ask(sandbox, steps=60, count=4)
            await drawn_on(sandbox, poison)
            bot.process.kill()
            await bot.ended()
        # A kill may fall between two steps, and then nobody is to blame.
        in_its_steps += any((tmp_path / "data" / "stepping").read_bytes())
        said += bot.said()
    assert "drawn alone after a crash" in said
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        bystander = await ask(sandbox, "patron", steps=2)
        assert "did not survive" in (await answer_to(poison)).text
        assert (await answer_to(bystander)).files
        assert await bot.stopped(signal.SIGTERM) == 0
    assert "failed: the process ended in its steps 2 times" in bot.said()


@pytest.mark.happens("the bot is killed right after a command")
async def test_a_command_that_a_kill_cut_short_is_told_to_ask_again(sandbox, tmp_path):
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        # Discord has heard the acknowledgement; the bot does not live to hear of it.
        unobserve = sandbox.observe(lambda _: bot.process.kill())
        reply = await ask(sandbox)
        await bot.ended()
        unobserve()
    async with bot_process(sandbox, tmp_path) as bot:
        said = await reply.until(lambda message: "ask again" in message.text, 60)
        assert is_final(said)
        assert await bot.stopped(signal.SIGTERM) == 0


async def test_a_signal_while_discord_keeps_the_sign_in_waiting_stops_the_bot_too(
    sandbox, tmp_path
):
    sandbox.faults.add(Fault(FaultKind.STATUS, path="/users/@me", times=100, status=502))
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.faults.until_met(1, 60)
        assert await bot.stopped(signal.SIGTERM) == 0
    assert "Traceback" not in bot.said()


async def test_a_signal_while_the_model_loads_stops_the_bot_too(sandbox, tmp_path):
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        assert await bot.stopped(signal.SIGTERM) == 0


async def test_commands_are_synced_once_and_not_again_at_the_next_start(sandbox, tmp_path):
    puts = []
    sandbox.observe(lambda seen: puts.append(seen) if seen.method == "PUT" else None)
    for _ in range(2):
        async with bot_process(sandbox, tmp_path) as bot:
            await sandbox.wait_for_bot(60)
            await answer_to(await ask(sandbox, steps=1))
            assert await bot.stopped(signal.SIGTERM) == 0
    assert len(puts) == 1


async def test_the_database_is_for_its_owner_only_and_no_secret_is_logged(sandbox, tmp_path):
    async with bot_process(sandbox, tmp_path, LOG_LEVEL="DEBUG") as bot:
        await sandbox.wait_for_bot(60)
        reply = await ask(sandbox, steps=1)
        await answer_to(reply)
        assert await bot.stopped(signal.SIGTERM) == 0
    database = tmp_path / "data" / "bot.db"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert sandbox.token not in bot.said()
    assert sandbox.interactions.all()[-1].token not in bot.said()


@pytest.mark.happens("a second bot starts in the same `DATA_DIR`")
async def test_a_second_bot_on_the_same_folder_is_refused_and_the_first_serves_on(
    sandbox, tmp_path
):
    async with bot_process(sandbox, tmp_path) as first:
        await sandbox.wait_for_bot(60)
        async with bot_process(sandbox, tmp_path) as second:
            assert await second.ended(60) == 1
        assert second.said().count("\n") == 1
        assert f"{tmp_path / 'data'} is in use by process {first.process.pid}." in second.said()
        assert (await answer_to(await ask(sandbox, steps=1))).files
        assert await first.stopped(signal.SIGTERM) == 0


async def test_who_insists_on_an_end_has_it_at_once_and_charges_nobody_for_it(sandbox, tmp_path):
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        reply = await ask(sandbox, steps=60, count=2)
        await reply.until(lambda message: "step" in message.text, 60)
        assert await bot.insisted(signal.SIGTERM) == 128 + signal.SIGTERM
    assert not any((tmp_path / "data" / "stepping").read_bytes())
    async with bot_process(sandbox, tmp_path) as bot:
        assert (await answer_to(reply)).files
        assert await bot.stopped(signal.SIGTERM) == 0
