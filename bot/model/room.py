"""How much room the disk and the graphics card have."""

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


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """Bytes of a graphics card's memory that anybody uses, and that it has."""

    used: int
    total: int
