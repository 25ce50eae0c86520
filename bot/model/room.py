"""How much room the disk has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """Bytes that are free on the disk, and bytes that stay free for what is under way."""

    free: int
    reserve: int

    @property
    def is_enough(self) -> bool:
        """Whether more work can be taken on."""
        return self.free >= self.reserve
