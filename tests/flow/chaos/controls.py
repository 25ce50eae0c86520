"""What a test says to a bot in another process without a word passing between them."""

import mmap
import os
import struct
import time
from pathlib import Path

_OFFSET, _FUSE = struct.Struct("<d"), struct.Struct("<q")
_SIZE = _OFFSET.size + _FUSE.size


class Controls:
    """A memory-mapped file that both sides open: how far time was moved, and a fuse.

    The fuse is lit with a number and burns down by one at each point that `burn` is called at; at
    its end the process that called stands still, for whoever lit it to look at, and to kill.
    """

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size != _SIZE:
                os.truncate(handle, _SIZE)
            self._bytes = mmap.mmap(handle, _SIZE)
        finally:
            os.close(handle)

    def now(self) -> float:
        """Unix seconds, moved."""
        (offset,) = _OFFSET.unpack_from(self._bytes, 0)
        return time.time() + float(offset)

    def advance(self, seconds: float) -> None:
        """Move the time that the other side sees."""
        (offset,) = _OFFSET.unpack_from(self._bytes, 0)
        _OFFSET.pack_into(self._bytes, 0, offset + seconds)

    @property
    def fuse(self) -> int:
        """How many points are left until the end; 0 where it is not lit."""
        return int(_FUSE.unpack_from(self._bytes, _OFFSET.size)[0])

    @fuse.setter
    def fuse(self, points: int) -> None:
        _FUSE.pack_into(self._bytes, _OFFSET.size, points)

    def burn(self) -> bool:
        """One point further; whether the fuse has come to its end just now."""
        left = self.fuse
        if left == 0:
            return False
        self.fuse = left - 1
        return left == 1
