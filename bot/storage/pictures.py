"""The pictures on disk, from the moment they are drawn: DATA_DIR/pictures/<thousand>/<job>/."""

import asyncio
import json
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.model.errors import PicturesAway, PicturesLost
from bot.model.picture import Picture
from bot.model.recipe import Recipe
from bot.storage.disk import sync_folder, write_file
from bot.storage.faults import translated

log = logging.getLogger(__name__)

RECIPES = "recipes.json"
MARK, NOTED = ".here", ".marked"
"""An empty file in the picture folder once pictures are in it, and how the name of the one beside
the folder ends that tells of it: a folder that should have its mark and has not is another one."""
PER_FOLDER = 1000
"""Jobs in one folder; more would make listing it slow."""


def is_away(root: Path) -> bool:
    """Whether the disk of a picture folder is away; where one was mounted, an empty folder stays.

    Pruning removes no folder of a thousand, and whoever removes all of them by hand leaves the
    mark, which is hidden.
    """
    if not _note_of(root).exists():
        return False
    return not (root / MARK).exists() and not any(root.glob("[0-9]*"))


def refuse_without_disk(root: Path) -> None:
    """Raise PicturesAway while the disk of a picture folder is away."""
    if is_away(root):
        raise _away(root)


def _away(root: Path) -> PicturesAway:
    return PicturesAway(
        f"The picture folder {root} is away.",
        "See whether its disk is there. If what lay in it is gone for good, make an empty file "
        f"{root / MARK}.",
    )


def _note_of(root: Path) -> Path:
    return root.with_name(f"{root.name}{NOTED}")


def _mark(root: Path) -> None:
    """Mark a folder with pictures in it, and note it for good on the disk of the database."""
    if _note_of(root).exists():
        return
    for file in (root / MARK, _note_of(root)):
        file.touch(mode=0o600)
        sync_folder(file.parent)


def _take(_png: bytes) -> None:
    """Take every file as it is."""


class PictureFolder:
    """Album over files: a folder for each job with 0.png, 1.png, … and their recipes."""

    def __init__(
        self,
        root: Path,
        *,
        write: Callable[[Path, bytes], None] = write_file,
        check: Callable[[bytes], None] = _take,
    ) -> None:
        """`check` raises ValueError for a file that is not as it was written."""
        self._root = root
        self._write = write
        self._check = check

    def folder(self, job_id: int) -> Path:
        """Where the pictures of a job lie, or will."""
        return self._root / f"{job_id // PER_FOLDER:06d}" / str(job_id)

    async def save(self, job_id: int, pictures: Sequence[Picture]) -> None:
        """Write all pictures of a job to disk for good, or none; raises StorageError.

        Nothing is written below the place of a disk that is away, for it would lie hidden there.
        """
        with translated(f"The picture folder {self._root}"):
            await asyncio.to_thread(self._save, self.folder(job_id), tuple(pictures))

    async def load(self, job_id: int) -> tuple[Picture, ...]:
        """The pictures of a job in order; raises PicturesLost, or StorageError for now."""
        with translated(f"The picture folder {self._root}"):
            try:
                return await asyncio.to_thread(_load, self.folder(job_id), self._check)
            except PicturesLost as error:
                if await asyncio.to_thread(self._is_there):
                    raise
                raise _away(self._root) from error

    async def remove(self, job_ids: Sequence[int]) -> Sequence[int]:
        """Remove the pictures of jobs from the disk; the ids of those whose folders are gone."""
        return await asyncio.to_thread(self._remove, job_ids)

    def _save(self, folder: Path, pictures: tuple[Picture, ...]) -> None:
        # A folder that is gone altogether was removed by somebody, and is made again.
        if os.path.lexists(self._root):
            refuse_without_disk(self._root)
        _save(folder, pictures, self._write)
        _mark(self._root)

    def _is_there(self) -> bool:
        return self._root.exists() and not is_away(self._root)

    def _remove(self, job_ids: Sequence[int]) -> Sequence[int]:
        if is_away(self._root):
            return ()
        return [job_id for job_id in job_ids if _is_gone(self.folder(job_id))]


def _save(
    folder: Path, pictures: tuple[Picture, ...], write: Callable[[Path, bytes], None]
) -> None:
    """Fill a folder under another name and rename it: it is there with everything or not at all."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    try:
        for index, picture in enumerate(pictures):
            write(part / f"{index}.png", picture.png)
        recipes = ",\n".join(picture.recipe.to_json() for picture in pictures)
        write(part / RECIPES, f"[\n{recipes}\n]\n".encode())
        sync_folder(part)
        _put_in_place(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _is_gone(folder: Path) -> bool:
    """Remove a job's folder and what a crash left beside it; False if that is for another time."""
    try:
        for name in (folder.name, f"{folder.name}.part", f"{folder.name}.old"):
            if (one := folder.with_name(name)).exists():
                shutil.rmtree(one)
    except OSError as error:
        log.warning("%s could not be removed: %s", folder, error.strerror)
        return False
    return True


def _put_in_place(part: Path, folder: Path) -> None:
    """Rename `part` to `folder`; what an earlier drawing left there goes out of the way first."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    sync_folder(folder.parent)
    sync_folder(folder.parent.parent)
    shutil.rmtree(old, ignore_errors=True)


def _load(folder: Path, check: Callable[[bytes], None]) -> tuple[Picture, ...]:
    try:
        recipes = _recipes((folder / RECIPES).read_text(encoding="utf-8"))
        return tuple(
            Picture(png=_read(folder / f"{index}.png", check), recipe=recipe)
            for index, recipe in enumerate(recipes)
        )
    except FileNotFoundError as error:
        raise PicturesLost(
            f"The picture {error.filename} is missing.", "Ask for it again with the same seed."
        ) from error
    except ValueError as error:
        raise PicturesLost(
            f"The recipes in {folder} cannot be read: {error}.", "Restore them from a backup."
        ) from error


def _read(file: Path, check: Callable[[bytes], None]) -> bytes:
    png = file.read_bytes()
    try:
        check(png)
    except ValueError as error:
        raise PicturesLost(
            f"The picture {file} is damaged: {error}.", "Ask for it again with the same seed."
        ) from error
    return png


def _recipes(text: str) -> tuple[Recipe, ...]:
    tables = json.loads(text)
    if not isinstance(tables, list):
        raise ValueError("they are not a list")
    return tuple(Recipe.from_json(json.dumps(table)) for table in tables)
