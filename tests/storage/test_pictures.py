"""The picture folder: all of a job's pictures, or none."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from bot.imaging.painter import Pixels
from bot.imaging.png import encode, require_whole
from bot.model.errors import PicturesAway, PicturesLost, StorageError
from bot.model.picture import Picture
from bot.storage.pictures import MARK, PictureFolder
from tests.fakes import recipe

PICTURES = tuple(
    Picture(png=b"\x89PNG" + bytes([seed]) * 1000, recipe=recipe(seed=seed)) for seed in (7, 8)
)


async def test_pictures_come_back_in_their_order_with_their_recipes(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path / "pictures")
    await album.save(12, PICTURES)
    assert await album.load(12) == PICTURES


async def test_each_picture_is_a_png_file_in_the_jobs_folder(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path)
    await album.save(12345, PICTURES)
    folder = tmp_path / "000012" / "12345"
    assert album.folder(12345) == folder
    assert sorted(path.name for path in folder.iterdir()) == ["0.png", "1.png", "recipes.json"]
    assert (folder / "1.png").read_bytes() == PICTURES[1].png


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
async def test_nobody_else_can_look_into_a_jobs_folder(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path)
    await album.save(1, PICTURES)
    assert album.folder(1).stat().st_mode & 0o777 == 0o700
    assert (album.folder(1) / "0.png").stat().st_mode & 0o777 == 0o600


async def test_a_second_drawing_takes_the_place_of_the_first(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path)
    await album.save(1, PICTURES)
    await album.save(1, PICTURES[1:])
    assert await album.load(1) == PICTURES[1:]
    assert [path.name for path in album.folder(1).parent.iterdir()] == ["1"]


async def test_what_a_crash_left_half_written_is_no_picture(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path)
    part = album.folder(1).with_name("1.part")
    part.mkdir(parents=True)
    (part / "0.png").write_bytes(b"half")
    with pytest.raises(StorageError):
        await album.load(1)
    await album.save(1, PICTURES)
    assert await album.load(1) == PICTURES


async def test_missing_pictures_are_named(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path)
    await album.save(1, PICTURES)
    (album.folder(1) / "1.png").unlink()
    with pytest.raises(PicturesLost) as refused:
        await album.load(1)
    assert str(album.folder(1) / "1.png") in refused.value.reason


async def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path, check=require_whole)
    png = encode(Pixels(8, 8, bytes(8 * 8 * 3)), recipe())
    for spoilt in (png[:-20], png[:-12], png[:50] + b"x" + png[51:], b"GIF" + png[3:], b""):
        await album.save(1, [Picture(png, recipe()), Picture(spoilt, recipe())])
        with pytest.raises(PicturesLost, match="is damaged") as refused:
            await album.load(1)
        assert str(album.folder(1) / "1.png") in refused.value.reason
    await album.save(1, [Picture(png, recipe())])
    assert [picture.png for picture in await album.load(1)] == [png]


@pytest.mark.parametrize("text", ["", "{", "[{}]", '[{"format": 1}]', "[1]", "7"])
async def test_recipes_that_cannot_be_read_are_reported(tmp_path: Path, text: str) -> None:
    album = PictureFolder(tmp_path)
    await album.save(1, PICTURES)
    (album.folder(1) / "recipes.json").write_text(text)
    with pytest.raises(PicturesLost, match="cannot be read"):
        await album.load(1)


async def test_pictures_that_cannot_be_read_for_now_do_not_count_as_lost(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path / "pictures")
    await album.save(1, PICTURES)
    picture = album.folder(1) / "1.png"
    picture.rename(tmp_path / "1.png")
    picture.mkdir()
    with pytest.raises(StorageError, match="cannot be") as refused:
        await album.load(1)
    assert not isinstance(refused.value, PicturesLost)
    (tmp_path / "pictures").rename(tmp_path / "elsewhere")
    with pytest.raises(PicturesAway):
        await album.load(1)


async def test_an_empty_folder_where_pictures_have_been_is_one_whose_disk_is_away(
    tmp_path: Path,
) -> None:
    album, place = PictureFolder(tmp_path / "pictures"), tmp_path / "pictures"
    # A disk of its own is an empty folder before the first picture, too.
    place.mkdir()
    await album.save(1, PICTURES)
    place.rename(tmp_path / "elsewhere")
    place.mkdir()
    (place / "sources").mkdir()
    for act in (album.load(1), album.save(2, PICTURES)):
        with pytest.raises(PicturesAway, match="is away"):
            await act
    assert await album.remove([1]) == ()
    assert [one.name for one in place.iterdir()] == ["sources"]
    (place / "sources").rmdir()
    place.rmdir()
    (tmp_path / "elsewhere").rename(place)
    assert await album.load(1) == PICTURES
    await album.save(2, PICTURES)


async def test_pictures_that_were_moved_without_the_mark_are_there(tmp_path: Path) -> None:
    album = PictureFolder(tmp_path / "pictures")
    await album.save(1, PICTURES)
    (tmp_path / "pictures" / MARK).unlink()
    assert await album.load(1) == PICTURES
    with pytest.raises(PicturesLost):
        await album.load(2)


@pytest.mark.parametrize("gone", ["what can be seen", "everything, and its owner says so", "all"])
async def test_pictures_that_are_gone_for_good_are_not_waited_for(
    tmp_path: Path, gone: str
) -> None:
    album, place = PictureFolder(tmp_path / "pictures"), tmp_path / "pictures"
    await album.save(1, PICTURES)
    shutil.rmtree(place / "000000" if gone == "what can be seen" else place)
    if gone == "everything, and its owner says so":
        place.mkdir()
        with pytest.raises(PicturesAway) as refused:
            await album.load(1)
        assert str(place / MARK) in refused.value.advice
        (place / MARK).touch()
    if gone == "all":
        await album.save(2, PICTURES)
    with pytest.raises(PicturesLost):
        await album.load(1)
    assert await album.remove([1]) == [1]
    await album.save(3, PICTURES)


async def test_a_place_that_cannot_hold_folders_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Not a directory"):
        await PictureFolder(tmp_path / "file" / "pictures").save(1, PICTURES)


FULL = """
import asyncio, resource, sys
from pathlib import Path
from bot.imaging.painter import Pixels
from bot.imaging.png import encode, require_whole
from bot.model.errors import StorageError
from bot.storage.pictures import PictureFolder
from tests.storage.test_pictures import PICTURES

resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
try:
    asyncio.run(PictureFolder(Path(sys.argv[1])).save(1, PICTURES))
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
async def test_a_disk_that_takes_no_more_leaves_nothing_behind(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FULL, str(tmp_path)),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        said, _ = await child.communicate()
    assert said.decode().startswith(f"The picture folder {tmp_path} cannot be used")
    assert list((tmp_path / "000000").iterdir()) == []
