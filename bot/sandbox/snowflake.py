"""Discord's ids: the creation time in milliseconds above 22 bits of counter."""

from bot.sandbox.clock import Clock

EPOCH_MS = 1_420_070_400_000
"""The first second of 2015, from which Discord counts."""


class Snowflakes:
    """Ids that grow for ever, even where the clock jumps back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """A fresh id that carries the present."""
        self._last = max(self._last + 1, at(self._clock.now()))
        return self._last


def at(seconds: float) -> int:
    """The least id of a moment, in seconds since the epoch."""
    return (int(seconds * 1000) - EPOCH_MS) << 22


def created(snowflake: int) -> float:
    """The second since the epoch in which an id was made."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def shard_of(guild_id: int, shards: int) -> int:
    """The shard that hears of a guild."""
    return (guild_id >> 22) % shards
