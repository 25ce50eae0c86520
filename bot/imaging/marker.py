"""Which job the thread has in hand, where the next process finds it if this one is killed."""

import mmap
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.model.picture import Stepping

NOBODY = 0
_FORMAT = struct.Struct("<q")


class StepMarker:
    """Eight bytes in a memory-mapped file: written by the executor thread, read by everybody.

    What is written there outlives the process without a write to the disk at each step. Only a
    fall of the whole computer may forget it, and then no job is to blame.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._loading = False
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size != _FORMAT.size:
                os.truncate(handle, 0)
                os.truncate(handle, _FORMAT.size)
            self._bytes = mmap.mmap(handle, _FORMAT.size)
        finally:
            os.close(handle)
        self.suspect: int | None = self._job_id() or None
        """The job whose step or load the last process did not live to end."""

    @contextmanager
    def marked(self, job_id: int, *, loading: bool = False) -> Iterator[None]:
        """The step of a job, or the load of its weights, from its begin to its end."""
        self._since, self._loading = self._clock(), loading
        _FORMAT.pack_into(self._bytes, 0, job_id)
        try:
            yield
        finally:
            _FORMAT.pack_into(self._bytes, 0, NOBODY)
            self._since = None

    def stepping(self) -> Stepping | None:
        """The step in hand, if there is one."""
        job_id, since = self._job_id(), self._since
        # What the last process left in the file is no step of this one.
        if not job_id or since is None:
            return None
        return Stepping(job_id, self._clock() - since, self._loading)

    def acquit(self) -> None:
        """Forget the suspect, once it was dealt with."""
        _FORMAT.pack_into(self._bytes, 0, NOBODY)
        self.suspect = None

    def _job_id(self) -> int:
        (job_id,) = _FORMAT.unpack_from(self._bytes, 0)
        return int(job_id)
