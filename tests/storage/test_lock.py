"""One process for each data folder."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.model.errors import DataFolderInUse, StorageError
from bot.storage.lock import HOLDER, sole_use

HOLD = """
import asyncio, sys
from pathlib import Path
from bot.storage.lock import sole_use

async def main():
    async with sole_use(Path(sys.argv[1])):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""


async def holder(folder: Path) -> asyncio.subprocess.Process:
    """Another process that has the folder."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD, str(folder)),
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"held\n"
    return process


async def refusal(folder: Path) -> DataFolderInUse:
    with pytest.raises(DataFolderInUse) as refused:
        async with sole_use(folder):
            pass
    return refused.value


async def test_a_second_process_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    first = await holder(tmp_path)
    error = await refusal(tmp_path)
    assert (error.folder, error.pid) == (str(tmp_path), first.pid)
    assert f"in use by process {first.pid}." in str(error)
    await first.communicate(b"\n")
    assert first.returncode == 0
    async with sole_use(tmp_path):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
async def test_a_process_that_was_killed_leaves_the_folder_free(tmp_path: Path) -> None:
    first = await holder(tmp_path)
    first.send_signal(signal.SIGKILL)
    await first.wait()
    async with sole_use(tmp_path):
        assert (tmp_path / HOLDER).read_text() == f"{os.getpid()}\n"


async def test_the_folder_can_be_had_again_and_again(tmp_path: Path) -> None:
    for _ in range(3):
        async with sole_use(tmp_path / "new"):
            assert (await refusal(tmp_path / "new")).pid == os.getpid()
    assert not (tmp_path / "new" / HOLDER).exists()


async def test_a_number_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    async with sole_use(tmp_path):
        (tmp_path / HOLDER).write_text("?")
        assert "in use by another process." in str(await refusal(tmp_path))


async def test_one_database_is_kept_to_one_process_whichever_folder_it_is_used_from(
    tmp_path: Path,
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for database, near_by in ((mine / "bot.db", "bot2.db"), (tmp_path / "dbs/one.db", "two.db")):
        async with sole_use(mine, database), sole_use(other, database.with_name(near_by)):
            with pytest.raises(DataFolderInUse) as refused:
                async with sole_use(tmp_path / "third", database):
                    pass
        assert (refused.value.folder, refused.value.pid) == (str(database), os.getpid())
        assert str(refused.value).endswith("give this one a DATABASE_URL of its own.")
        async with sole_use(tmp_path / "third", database):
            if database.parent == mine:
                assert (await refusal(mine)).folder == str(mine)


async def test_by_another_name_a_database_is_the_same_and_is_not_kept_from_its_own_process(
    tmp_path: Path,
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    real, link = tmp_path / "real", tmp_path / "link"
    for folder, database in ((link, real / "bot.db"), (real, link / "bot.db")):
        async with sole_use(folder, database):
            with pytest.raises(DataFolderInUse):
                async with sole_use(tmp_path / "other", folder / "bot.db"):
                    pass


async def test_a_place_of_a_database_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="The database"):
        async with sole_use(tmp_path / "data", tmp_path / "file" / "bot.db"):
            pass
    async with sole_use(tmp_path / "data"):
        pass


async def test_a_folder_that_is_none_is_said_and_not_held(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="The data folder"):
        async with sole_use(tmp_path / "file"):
            pass
    (tmp_path / HOLDER).mkdir()
    with pytest.raises(StorageError, match="The data folder"):
        async with sole_use(tmp_path):
            pass
    (tmp_path / HOLDER).rmdir()
    async with sole_use(tmp_path):
        pass
