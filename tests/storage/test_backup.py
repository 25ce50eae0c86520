"""Backups: whole or not at all, without secrets, and taken up again anywhere."""

import asyncio
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.model.errors import OutOfRoom, PicturesAway, StorageError
from bot.model.job import State
from bot.storage.archive import LIST, ArchiveWriter
from bot.storage.backup import Place, Summary, back_up, count_jobs
from bot.storage.database import open_database
from bot.storage.lock import LOCK, sole_use
from bot.storage.pictures import PictureFolder
from bot.storage.restore import (
    STAGING,
    Restored,
    begin_empty,
    refuse_half_restored,
    refuse_what_is_there,
    restore,
)
from tests.disks import SmallDisk, mounted
from tests.storage.test_storeroom import House, Life, opened

NOW = 1_000_000_000.0
SOURCE = b"a picture to begin with"
LIVES = (Life(size=5000), Life(size=70, source=SOURCE, answered=None), Life(shared=True))


def place(folder: Path) -> Place:
    return Place(folder, folder / "bot.db")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A data folder at work, with two answered jobs and one that waits for its answer."""
    async with opened(tmp_path / "data") as house:
        for life in LIVES:
            await house.live(life)
        yield house


async def backup_of(house: House, file: Path, **options) -> Summary:
    folder = house.pictures.folder(1).parents[2]
    return await back_up(
        place(folder), file, **{"force": False, "progress": lambda done, of: None, **options}
    )


async def restored(file: Path, folder: Path, *, force: bool = False) -> Restored:
    async with sole_use(folder):
        return await restore(place(folder), file, force=force, now=NOW, tell=lambda files: None)


def names(file: Path) -> list[str]:
    with tarfile.open(file) as tar:
        return tar.getnames()


async def test_what_was_backed_up_comes_back_in_another_folder(
    house: House, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar"
    summary = await backup_of(house, file)
    assert (summary.jobs, summary.unanswered, summary.pictures, summary.sources) == (3, 1, 3, 1)
    assert await restored(file, tmp_path / "new") == Restored(3, 1, None)
    async with opened(tmp_path / "new") as new:
        for number in (1, 2, 3):
            job = await house.board.get(number)
            again = await new.board.get(number)
            assert (again.recipe, again.state, again.shared) == (job.recipe, job.state, job.shared)
            assert await new.pictures.load(number) == await house.pictures.load(number)
        assert set(await new.sources.sizes()) == set(await house.sources.sizes())
        assert [job.id for job in await new.outbox.untold(limit=9)] == [2]
        new.asked = house.asked
        assert (await new.live(Life())).id == 4


async def test_it_is_told_how_far_it_is(house: House, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    await backup_of(house, tmp_path / "b.tar", progress=lambda *far: told.append(far))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
async def test_it_is_for_its_owner_only_and_leaves_nothing_beside(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "b.tar"
    before = os.umask(0)
    try:
        await backup_of(house, file)
        await restored(file, tmp_path / "new")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    again = PictureFolder(tmp_path / "new" / "pictures").folder(1)
    found = [again, tmp_path / "new" / "bot.db", *again.iterdir()]
    assert len(found) == 4
    assert [one for one in found if one.stat().st_mode & 0o077] == []


async def test_no_token_is_in_it(house: House, tmp_path: Path) -> None:
    await backup_of(house, tmp_path / "b.tar")
    assert (await house.board.get(2)).origin.token == "secret-2"
    assert b"secret-" not in (tmp_path / "b.tar").read_bytes()


async def test_what_a_killed_backup_left_goes_with_the_next_one_and_no_others_work_does(
    house: House, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    left, busy = out / ".b.tar.00000001.part", out / ".b.tar.00000002.part"
    for folder in (left, busy):
        folder.mkdir(parents=True)
        (folder / "bot.db").write_bytes(b"secret-2")
    async with sole_use(busy):
        await backup_of(house, out / "b.tar")
    assert sorted(one.name for one in out.iterdir()) == [busy.name, "b.tar"]
    assert (busy / "bot.db").exists()


async def test_writers_go_on_while_it_is_taken(house: House, tmp_path: Path) -> None:
    taking = asyncio.create_task(backup_of(house, tmp_path / "b.tar"))
    lived = 0
    while not taking.done():
        await house.live(Life())
        lived += 1
    summary = await taking
    assert 3 <= summary.jobs <= 3 + lived
    assert (await restored(tmp_path / "b.tar", tmp_path / "new")).jobs == summary.jobs


async def test_pictures_that_are_removed_meanwhile_are_noted_as_removed(
    house: House, tmp_path: Path
) -> None:
    removing = PictureFolder(house.pictures.folder(1).parents[1])

    def remove_the_next(done: int, of: int) -> None:
        if done == 1:
            asyncio.run(removing.remove([3]))

    summary = await backup_of(house, tmp_path / "b.tar", progress=remove_the_next)
    assert summary.pictures == 2
    await restored(tmp_path / "b.tar", tmp_path / "new")
    async with opened(tmp_path / "new") as new:
        assert [(await new.board.get(number)).pruned for number in (1, 2, 3)] == [
            *(False, False, True)
        ]


async def test_what_other_programs_left_among_the_pictures_is_no_part_of_it(
    house: House, tmp_path: Path, caplog
) -> None:
    folder = house.pictures.folder(1)
    (folder / ".DS_Store").write_bytes(b"a Mac looked in")
    (folder / "@eaDir").mkdir()
    assert (await backup_of(house, tmp_path / "b.tar")).pictures == 3
    assert "@eaDir is not the bot's" in caplog.text
    assert (await restored(tmp_path / "b.tar", tmp_path / "new")).jobs == 3


async def test_nothing_is_added_that_would_make_a_backup_worthless(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        with pytest.raises(ValueError, match="no backup holds"):
            ArchiveWriter(tar).add(tmp_path / "notes", "pictures/notes")
        assert tar.getnames() == []


async def test_a_file_that_is_there_is_replaced_only_on_request(
    house: House, tmp_path: Path
) -> None:
    file = tmp_path / "b.tar"
    file.write_text("last week's")
    with pytest.raises(StorageError, match="--force"):
        await backup_of(house, file)
    assert file.read_text() == "last week's"
    await backup_of(house, file, force=True)
    assert LIST in names(file)


async def test_no_backup_takes_the_place_of_the_database_or_its_log(house: House) -> None:
    database = house.pictures.folder(1).parents[2] / "bot.db"
    for file in (database, Path(f"{database}-wal")):
        before = file.read_bytes()
        with pytest.raises(StorageError, match="belongs to the database"):
            await backup_of(house, file, force=True)
        assert file.read_bytes() == before


async def test_places_that_cannot_take_a_backup_are_said(house: House, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is a folder"):
        await backup_of(house, tmp_path)
    with pytest.raises(StorageError, match="No such file"):
        await backup_of(house, tmp_path / "nowhere" / "b.tar")
    empty = Place.of(tmp_path / "empty", f"sqlite+aiosqlite:///{tmp_path}/empty/bot.db")
    with pytest.raises(StorageError, match="There is no database"):
        await back_up(empty, tmp_path / "b.tar", force=False, progress=lambda done, of: None)
    assert not (tmp_path / "empty").exists()


async def test_no_backup_is_taken_as_whole_while_the_disk_with_the_pictures_is_away(
    house: House, tmp_path: Path
) -> None:
    pictures = house.pictures.folder(1).parents[1]
    pictures.rename(tmp_path / "elsewhere")
    pictures.mkdir()
    with pytest.raises(PicturesAway):
        await backup_of(house, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


async def test_a_restored_folder_takes_new_pictures_though_the_backup_had_none(
    house: House, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        shutil.rmtree(house.pictures.folder(number))
    await backup_of(house, tmp_path / "b.tar")
    async with opened(tmp_path / "new") as other:
        await other.live(Life())
    await restored(tmp_path / "b.tar", tmp_path / "new", force=True)
    (tmp_path / "new" / "pictures").mkdir(exist_ok=True)
    async with opened(tmp_path / "new") as new:
        new.asked = house.asked
        assert await new.has_pictures((await new.live(Life())).id)


async def test_a_disk_that_takes_no_more_leaves_no_half_backup(
    house: House, tmp_path: Path
) -> None:
    with mounted(tmp_path / "disk", "size=400k") as is_there:
        if not is_there:
            pytest.skip("no disk can be mounted here: no backup was tried on a full one")
        file = tmp_path / "disk" / "b.tar"
        SmallDisk(tmp_path / "disk").write(file, b"last week's")
        await house.live(Life(size=300_000))
        with pytest.raises(OutOfRoom):
            await backup_of(house, file, force=True)
        assert [one.name for one in file.parent.iterdir()] == ["b.tar"]
        assert file.read_bytes() == b"last week's"


async def test_what_is_there_is_put_aside_whole_and_only_on_request(
    house: House, tmp_path: Path
) -> None:
    file, folder = tmp_path / "b.tar", tmp_path / "new"
    await backup_of(house, file)
    async with opened(folder) as other:
        await other.live(Life(size=9))
    (folder / "stepping").write_bytes(b"job 1")
    with pytest.raises(StorageError, match="--force"):
        await restored(file, folder)
    asides = [(await restored(file, folder, force=True)).aside for _ in range(2)]
    assert all(aside.parent == folder for aside in asides)
    assert asides[0] != asides[1]
    async with opened(asides[0]) as old:
        assert await old.has_pictures(1)
        assert (await old.board.get(2)) is None
    assert (asides[0] / "stepping").read_bytes() == b"job 1"
    assert not (folder / "stepping").exists()
    async with opened(folder) as new:
        assert (await new.board.get(2)).state is State.RENDERED


async def test_one_can_begin_anew_with_the_old_things_aside(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert await begin_empty(place(folder), now=NOW) is None
    async with opened(folder) as other:
        await other.live(Life())
    aside = await begin_empty(place(folder), now=NOW)
    refuse_what_is_there(place(folder))
    async with opened(aside) as old:
        assert await old.has_pictures(1)


async def test_what_stands_in_the_log_alone_is_put_aside_within_the_database(
    house: House, tmp_path: Path
) -> None:
    # As a kill leaves it: the last requests are in the log.
    there, folder = house.pictures.folder(1).parents[2], tmp_path / "new"
    folder.mkdir()
    for end in ("", "-wal"):
        shutil.copy(there / f"bot.db{end}", folder / f"bot.db{end}")
    aside = await begin_empty(place(folder), now=NOW)
    shutil.copy(aside / "bot.db", tmp_path / "alone.db")
    async with open_database(tmp_path / "alone.db") as database:
        assert (await count_jobs(database))[0] == len(LIVES)


async def test_a_beginning_with_nothing_that_was_cut_short_is_not_begun_from(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as house:
        await house.live(Life())
    shutil.rmtree(tmp_path / "pictures")
    # A file system's root cannot be moved, and the database is by then.
    with mounted(tmp_path / "pictures") as is_there:
        if not is_there:
            pytest.skip("no disk can be mounted here: no folder kept from being moved")
        with pytest.raises(StorageError):
            await begin_empty(place(tmp_path), now=NOW)
    with pytest.raises(StorageError, match="was cut short"):
        refuse_half_restored(place(tmp_path))
    await begin_empty(place(tmp_path), now=NOW)
    refuse_half_restored(place(tmp_path))


def rewritten(file: Path, change) -> Path:
    """The backup with the members that `change` gives for each: names and contents."""
    new = file.with_name("changed.tar")
    with tarfile.open(file) as old, tarfile.open(new, "w") as tar:
        for member in old:
            for name, content in change(member.name, old.extractfile(member).read()):
                changed = tarfile.TarInfo(name)
                changed.size = len(content)
                tar.addfile(changed, io.BytesIO(content))
    return new


def everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def with_newer_format(name, content):
    if name == LIST:
        content = json.dumps({**json.loads(content), "format": 2}).encode()
    yield name, content


def with_one_bit_changed(name, content):
    yield name, content[:-1] + bytes([content[-1] ^ 1]) if name.endswith("1/0.png") else content


def without_a_picture(name, content):
    if not name.endswith("1/0.png"):
        yield name, content


def with_its_list_cut_off(name, content):
    if name != LIST:
        yield name, content


def with_a_broken_list(name, content):
    yield name, b"[]" if name == LIST else content


def twice(name, content):
    yield name, content
    yield name, content


def called(other: str):
    def change(name, content):
        yield name, content
        if name.endswith("1/0.png"):
            yield other, b"x"

    return change


CHANGES = [
    with_newer_format,
    with_one_bit_changed,
    without_a_picture,
    with_its_list_cut_off,
    with_a_broken_list,
    twice,
    called("../outside"),
    called("/outside"),
    called("pictures/../../outside"),
    called("pictures/000000/9/evil.sh"),
    called("bot.lock"),
]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_backup_that_is_not_as_it_was_written_changes_nothing(
    house: House, tmp_path: Path, change
) -> None:
    await backup_of(house, tmp_path / "b.tar")
    file = rewritten(tmp_path / "b.tar", change)
    async with opened(tmp_path / "new"), sole_use(tmp_path / "new"):
        pass
    before = everything(tmp_path)
    with pytest.raises(StorageError, match="is no whole backup"):
        await restored(file, tmp_path / "new", force=True)
    assert everything(tmp_path) == before


async def test_links_are_never_followed(house: House, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    with tarfile.open(file, "w") as tar:
        link = tarfile.TarInfo("bot.db")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(StorageError, match="is no whole backup"):
        await restored(file, tmp_path / "new")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
async def test_a_backup_that_was_cut_short_is_refused(
    house: House, tmp_path: Path, share: float
) -> None:
    file = tmp_path / "b.tar"
    await backup_of(house, file)
    content = file.read_bytes()
    end = content.index(LIST.encode())
    file.write_bytes(content[: int(end * share)])
    (tmp_path / "new").mkdir()
    with pytest.raises(StorageError, match="is no whole backup"):
        await restored(file, tmp_path / "new")
    assert [one.name for one in (tmp_path / "new").iterdir()] == [LOCK]


async def test_a_backup_of_a_newer_version_is_refused_and_nothing_changed(
    house: House, tmp_path: Path
) -> None:
    await backup_of(house, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as tar:
        (tmp_path / "bot.db").write_bytes(tar.extractfile("bot.db").read())
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with tarfile.open(tmp_path / "newer.tar", "w") as tar:
        writer = ArchiveWriter(tar)
        writer.add(tmp_path / "bot.db", "bot.db")
        writer.finish()
    with pytest.raises(StorageError, match="newer version of the bot"):
        await restored(tmp_path / "newer.tar", tmp_path / "new")
    assert [one.name for one in (tmp_path / "new").iterdir()] == [LOCK]


async def test_a_restore_that_was_cut_short_keeps_the_next_start_from_beginning_with_nothing(
    house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    (folder / STAGING).mkdir(parents=True)
    with pytest.raises(StorageError, match="was cut short"):
        refuse_half_restored(place(folder))
    await backup_of(house, tmp_path / "b.tar")
    await restored(tmp_path / "b.tar", folder)
    refuse_half_restored(place(folder))
    assert not (folder / STAGING).exists()
    async with open_database(folder / "bot.db"):
        pass


async def test_a_database_that_has_no_room_on_another_disk_leaves_everything_as_it_was(
    house: House, tmp_path: Path
) -> None:
    file, folder = tmp_path / "b.tar", tmp_path / "new"
    await backup_of(house, file)
    with mounted(tmp_path / "disk", "size=64k") as is_there:
        if not is_there:
            pytest.skip("no disk can be mounted here: the database was on the same one")
        there = Place(folder, tmp_path / "disk" / "bot.db")
        there.database.write_bytes(b"last week's")
        async with sole_use(folder):
            before = everything(tmp_path)
            with pytest.raises(OutOfRoom):
                await restore(there, file, force=True, now=NOW, tell=lambda files: None)
            assert everything(tmp_path) == before
        assert there.database.read_bytes() == b"last week's"
        refuse_half_restored(there)


async def test_a_database_on_another_disk_is_put_aside_and_comes_back_there(
    house: House, tmp_path: Path
) -> None:
    file, folder = tmp_path / "b.tar", tmp_path / "new"
    await backup_of(house, file)
    with mounted(tmp_path / "disk") as is_there:
        if not is_there:
            pytest.skip("no disk can be mounted here: the database was on the same one")
        there = Place(folder, tmp_path / "disk" / "bot.db")
        there.database.write_bytes(b"last week's")
        async with sole_use(folder):
            done = await restore(there, file, force=True, now=NOW, tell=lambda files: None)
        assert (done.aside / "bot.db").read_bytes() == b"last week's"
        assert [one.name for one in there.database.parent.iterdir()] == ["bot.db"]
        assert there.database.stat().st_mode & 0o777 == 0o600
        async with open_database(there.database) as database:
            assert await count_jobs(database) == (3, 1)


@pytest.mark.parametrize("left", [None, b""])
async def test_a_restore_that_left_no_database_or_an_empty_one_is_not_begun_from(
    tmp_path: Path, left: bytes | None
) -> None:
    (tmp_path / STAGING).mkdir()
    if left is not None:
        (tmp_path / "bot.db").write_bytes(left)
    with pytest.raises(StorageError, match="was cut short"):
        refuse_half_restored(place(tmp_path))
