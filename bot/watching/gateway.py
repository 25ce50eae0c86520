"""Watches the connection to Discord, which discord.py may try to mend for ever."""

import logging
import math
import time
from collections.abc import Callable, Mapping

from bot.model.errors import NewProcessNeeded

NONE_YET = -1
"""Stands for the first shard while there is none."""

log = logging.getLogger(__name__)


class GatewayWatch:
    """Ends the run when a shard has heard nothing for too long, whatever the client says of itself.

    The client takes a minute without a word for a dead connection, and from then on until the
    gateway takes the shard in again its latency is infinite. That no member says anything is no
    sign: a heartbeat that is answered is a word too.
    """

    def __init__(
        self,
        *,
        latencies: Callable[[], Mapping[int, float]],
        deaf_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`latencies` gives each shard's, infinite where it is not connected."""
        self._latencies = latencies
        self._deaf_seconds = deaf_seconds
        self._clock = clock
        self._deaf_since: Mapping[int, float] = {}

    def look(self) -> None:
        """Raise NewProcessNeeded if any shard is deaf for too long."""
        now = self._clock()
        latencies = self._latencies() or {NONE_YET: math.inf}
        deaf = [shard for shard, latency in latencies.items() if not math.isfinite(latency)]
        self._deaf_since = {shard: self._deaf_since.get(shard, now) for shard in deaf}
        for shard, since in self._deaf_since.items():
            if now - since > self._deaf_seconds:
                self._give_up(max(0, shard), now - since)

    def _give_up(self, shard: int, seconds: float) -> None:
        log.critical(
            "Discord's gateway is out of reach: leaving in order for a new process",
            extra={"shard": shard, "seconds": round(seconds)},
        )
        raise NewProcessNeeded(f"Discord's gateway was out of reach for {seconds:.0f} seconds.")
