"""How much there is to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Jobs that wait, that are being drawn, and whose outcome still has to be told."""

    queued: int
    running: int
    untold: int
