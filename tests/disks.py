"""Disks that fill up: a real one of a few megabytes where one can be had, else the error alone."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.storage.disk import write_file

BALLAST = "ballast"


class SmallDisk:
    """A folder on a disk that a test fills and empties; `write` is how things get onto it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: Path, content: bytes) -> None:
        """Write a new file down to the disk."""
        write_file(path, content)

    def fill(self) -> None:
        """Leave no room for a single byte."""
        with suppressed_no_space(), (self.folder / BALLAST).open("ab", buffering=0) as ballast:
            for size in (2**16, 2**9, 1):
                with suppressed_no_space():
                    while ballast.write(b"\0" * size):
                        pass

    def clear(self) -> None:
        """Make room again."""
        (self.folder / BALLAST).unlink()


class ImaginedDisk(SmallDisk):
    """A disk of any size that gives a full disk's error."""

    full = False

    def write(self, path: Path, content: bytes) -> None:
        if self.full:
            path.touch()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        super().write(path, content)

    def fill(self) -> None:
        self.full = True

    def clear(self) -> None:
        self.full = False


@contextmanager
def suppressed_no_space() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[bool]:
    """A file system in memory at a folder, if this process may mount one; whether it may."""
    folder.mkdir(exist_ok=True)
    may = _mount("-t", "tmpfs", "-o", ",".join(options), "imagine-test", str(folder))
    try:
        yield may
    finally:
        if may:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """A folder that cannot be written, if this process can be kept from it; whether it can."""
    with mounted(folder, "ro") as is_there:
        if not is_there:
            folder.chmod(0o500)
        yield is_there or not os.access(folder, os.W_OK)
        if not is_there:
            folder.chmod(0o700)


def _mount(*arguments: str) -> bool:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return False
    return done.returncode == 0
