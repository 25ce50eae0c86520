"""The pictures that images begin with: kept under the hash of their bytes."""

import asyncio
import hashlib
import os
from contextlib import suppress
from pathlib import Path

import pytest

from bot.model.errors import PicturesAway, Stopping, StorageError
from bot.model.picture import Picture
from bot.storage.pictures import PictureFolder
from bot.storage.sources import SourceFolder
from tests.fakes import recipe


async def keep(shelf: SourceFolder, file: bytes) -> str:
    """What a request that is accepted leaves on the shelf."""
    async with shelf.kept(file) as sha256:
        return sha256


FILE = b"a picture"
SHA256 = hashlib.sha256(FILE).hexdigest()


async def test_what_was_kept_is_read_by_its_hash(tmp_path: Path) -> None:
    assert await keep(SourceFolder(tmp_path / "sources"), FILE) == SHA256
    assert SourceFolder(tmp_path / "sources").read(SHA256) == FILE


async def test_the_same_file_is_kept_once(tmp_path: Path) -> None:
    shelf = SourceFolder(tmp_path)
    for file in (FILE, FILE, b"another"):
        await keep(shelf, file)
    assert len(_files_in(tmp_path)) == 2


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
async def test_nobody_else_can_look_at_it(tmp_path: Path) -> None:
    await keep(SourceFolder(tmp_path), FILE)
    path = tmp_path / SHA256[:2] / SHA256
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


async def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="missing"):
        SourceFolder(tmp_path).read("0" * 64)


@pytest.mark.parametrize("name", ["../" * 22, "../../../../dev/zero", "", SHA256.upper()])
def test_no_other_file_is_ever_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match="is no SHA-256"):
        SourceFolder(tmp_path).read(name)


async def test_a_file_that_has_changed_is_not_drawn_from(tmp_path: Path) -> None:
    shelf = SourceFolder(tmp_path)
    await keep(shelf, FILE)
    (tmp_path / SHA256[:2] / SHA256).write_bytes(b"something else")
    with pytest.raises(StorageError, match="missing or damaged"):
        shelf.read(SHA256)


async def test_a_place_that_cannot_hold_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        await keep(SourceFolder(tmp_path / "file"), FILE)


async def test_nothing_is_kept_where_the_disk_with_the_pictures_is_away(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    await PictureFolder(pictures).save(1, [Picture(b"png", recipe())])
    pictures.rename(tmp_path / "elsewhere")
    pictures.mkdir()
    with pytest.raises(PicturesAway):
        await keep(SourceFolder(pictures / "sources"), FILE)
    assert list(pictures.iterdir()) == []


async def test_a_file_whose_request_is_refused_does_not_stay(tmp_path: Path) -> None:
    shelf = SourceFolder(tmp_path)
    with suppress(Stopping):
        async with shelf.kept(FILE):
            assert shelf.read(SHA256) == FILE
            raise Stopping
    assert not _files_in(tmp_path)


async def test_a_file_that_an_earlier_request_names_stays_when_a_later_one_is_refused(
    tmp_path: Path,
) -> None:
    shelf = SourceFolder(tmp_path)
    await keep(shelf, FILE)
    with pytest.raises(Stopping):
        async with shelf.kept(FILE):
            raise Stopping
    assert shelf.read(SHA256) == FILE


async def test_a_file_of_two_requests_at_once_stays_if_one_of_them_is_accepted(
    tmp_path: Path,
) -> None:
    shelf = SourceFolder(tmp_path)
    second: list[asyncio.Task[str]] = []
    with suppress(Stopping):
        async with shelf.kept(FILE):
            second.append(asyncio.create_task(keep(shelf, FILE)))
            for _ in range(10):
                await asyncio.sleep(0)
            raise Stopping
    await second[0]
    assert shelf.read(SHA256) == FILE


async def test_a_file_whose_request_may_have_been_queued_stays(tmp_path: Path) -> None:
    shelf = SourceFolder(tmp_path)
    with pytest.raises(StorageError):
        async with shelf.kept(FILE):
            raise StorageError("The database is locked.", "Wait.")
    assert shelf.read(SHA256) == FILE
