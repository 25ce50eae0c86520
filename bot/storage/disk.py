"""Files that are there for good once they are written, and for their owner only."""

import os
from collections.abc import Iterable
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Write a new file down to the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut; Windows cannot, and need not."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_everything() -> None:
    """Wait until all that was written is on the disk; Windows writes it in its own time."""
    if os.name != "nt":
        os.sync()


def write_stream(path: Path, blocks: Iterable[bytes]) -> None:
    """Write a new file block by block, its folder made first; not waiting for the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for block in blocks:
            file.write(block)
