"""How long pictures are kept, and which go first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How old and how large what is kept may become; None is without a limit."""

    seconds: float | None = None
    """Since the answer."""
    size: int | None = None
    """Bytes of all pictures together, those that images begin with among them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answered job's files: bytes of its own pictures, and the one it began with, or none."""

    job_id: int
    size: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much went: jobs altogether, jobs' pictures alone, sources, settled interactions."""

    jobs: int = 0
    pictures: int = 0
    sources: int = 0
    interactions: int = 0

    def __bool__(self) -> bool:
        return any((self.jobs, self.pictures, self.sources, self.interactions))


class Stock:
    """What all files take, as one job after the other loses its own."""

    def __init__(
        self, *, pictures: int, named: Mapping[str, int], sources: Mapping[str, int]
    ) -> None:
        """Bytes of all pictures, how many jobs name each source, and each source's bytes."""
        self._named = Counter(named)
        self._sources = sources
        self.size = pictures + sum(sources.get(name, 0) for name in named)

    def surplus(self, oldest_first: Iterable[Kept], *, limit: int) -> list[int]:
        """The ids of the first jobs that must lose their pictures to come down to the limit."""
        gone = []
        for kept in oldest_first:
            if self.size <= limit:
                break
            self._lose(kept)
            gone.append(kept.job_id)
        return gone

    def _lose(self, kept: Kept) -> None:
        self.size -= kept.size
        if kept.source:
            self._named[kept.source] -= 1
            if not self._named[kept.source]:
                self.size -= self._sources.get(kept.source, 0)
