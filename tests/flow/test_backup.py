"""`python -m bot backup` and `restore`."""

import signal

import pytest

from tests.flow.processes import bot_process, environment, process


async def run(sandbox, folder, *arguments):
    """What a command said, and its exit code."""
    async with process(*arguments, folder=folder, variables=environment(sandbox, folder)) as one:
        code = await one.ended(60)
    assert "Traceback" not in one.said()
    return one.said(), code


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
