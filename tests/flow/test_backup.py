"""`python -m bot backup` of a bot at work, and `restore` into another folder."""

import signal

import pytest

from tests.flow.house import answer_to
from tests.flow.processes import bot_process, environment, process


async def ask(sandbox, user="member", **options):
    reply = await sandbox.acting(user, "general").slash("imagine", prompt="a red apple", **options)
    return await reply.acknowledged()


async def run(sandbox, folder, *arguments):
    """What a command said, and its exit code."""
    async with process(*arguments, folder=folder, variables=environment(sandbox, folder)) as one:
        code = await one.ended(60)
    assert "Traceback" not in one.said()
    return one.said(), code


def pictures_posted(sandbox, user):
    """The messages with pictures that mention a member."""
    member = sandbox.acting(user, "general")
    return [
        one for one in member.messages() if one.files and one.mentioned == [member.user.id]
    ] or None


async def test_a_bot_is_backed_up_at_work_lost_and_taken_up_again_elsewhere(sandbox, tmp_path):
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup.tar"
    old.mkdir()
    new.mkdir()
    async with bot_process(sandbox, old) as bot:
        await sandbox.wait_for_bot(60)
        assert (await answer_to(await ask(sandbox, steps=2))).files
        drawn_on = await ask(sandbox, "patron", steps=60, count=2)
        await drawn_on.until(lambda message: "step" in message.text, 60)
        # Time stands still for the bot, so that what is under way stays under way.
        bot.process.send_signal(signal.SIGSTOP)
        said, code = await run(sandbox, old, "backup", str(file))
        assert (code, "2 requests, 1 of them without an answer" in said) == (0, True), said
        said, code = await run(sandbox, old, "restore", str(file), "--force")
        assert (code, f"in use by process {bot.process.pid}." in said) == (1, True), said
        bot.process.kill()
        await bot.ended()
    content = file.read_bytes()
    assert not [one for one in sandbox.interactions.all() if one.token.encode() in content]

    said, code = await run(sandbox, new, "restore", str(file))
    assert (code, "2 requests, 1 of them without an answer" in said) == (0, True), said
    async with bot_process(sandbox, new) as bot:
        found = await sandbox.events.wait(lambda: pictures_posted(sandbox, "patron"), 120)
        assert [len(message.files) for message in found] == [2]
        upscaled = await sandbox.acting("member", "general").slash("upscale", job=1)
        assert (await answer_to(await upscaled.acknowledged())).files
        assert await bot.stopped(signal.SIGTERM) == 0


@pytest.mark.happens("the database is damaged")
async def test_a_damaged_database_is_put_aside_only_when_it_is_said(sandbox, tmp_path):
    database = tmp_path / "data" / "bot.db"
    database.parent.mkdir()
    database.write_bytes(b"this is no database " * 1000)
    for _ in range(2):
        said, code = await run(sandbox, tmp_path, "run")
        assert (code, "restore --empty" in said) == (1, True), said
    said, code = await run(sandbox, tmp_path, "restore", "--empty")
    assert (code, "begins with an empty database" in said) == (0, True), said
    (aside,) = (tmp_path / "data").glob("aside-*")
    assert (aside / "bot.db").read_bytes() == b"this is no database " * 1000
    async with bot_process(sandbox, tmp_path) as bot:
        await sandbox.wait_for_bot(60)
        assert await bot.stopped(signal.SIGTERM) == 0
