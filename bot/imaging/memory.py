"""How the device's memory is used: by how much there is, and by what is in it."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from bot.model.checkpoint import NATIVE

GIB = 2**30

AUTO, LOW, HIGH = "auto", "low", "high"
"""What the deployer may say of memory: judge by the card, spare it, spend it."""

SHARE_OF_SHARED = 0.5
"""How much of the computer's own memory checkpoints may fill."""

WORKING_BYTES = 5 * GIB
WORKING_BYTES_TILED = 2 * GIB
"""What stays free for drawing and decoding, whole and in tiles."""

CHECKPOINT_BYTES = 8 * GIB
"""What SDXL takes in half precision, its joined projections included."""

FP32_BYTES_A_PIXEL = 9.5 * GIB / NATIVE**2
"""What decoding in fp32 takes: 9.5 GiB for SDXL's native size."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class MemoryPolicy:
    """What stays on the device between two images, and how it lies there."""

    text_encoders_resident: bool = True
    """Else they come to the device for a prompt and leave it before the first step ends."""
    vae_tiling: bool = False
    """Pictures larger than half the checkpoint's native size are decoded in tiles."""
    channels_last: bool = False
    """Convolutions' weights lie as a card computes with them the fastest."""
    fused_qkv: bool = False
    """Attention's projections are there a second time, joined: 1.2 GiB of SDXL, and quicker."""
    most_pixels_in_fp32: float = math.inf
    """Larger pictures are decoded in tiles where their VAE takes fp32."""

    def __str__(self) -> str:
        encoders = "resident" if self.text_encoders_resident else "moved for each prompt"
        said = f"text encoders {encoders}, VAE tiling {'on' if self.vae_tiling else 'off'}"
        layout = [("channels last", self.channels_last), ("fused QKV", self.fused_qkv)]
        return ", ".join([said, *(name for name, used in layout if used)])


@dataclass(frozen=True, slots=True)
class Resources:
    """What the deployer lets the painter use."""

    memory: str = AUTO
    """"auto", "low" or "high"."""
    compiled: bool = False
    """Whether the UNet's repeated blocks are compiled."""
    budget: int | None = None
    """Bytes that checkpoints may fill together; None leaves it to the device's memory."""


def policy_for(total_bytes: int | None, memory: str = AUTO) -> MemoryPolicy:
    """The policy for a device of that much memory of its own; None is the computer's own memory."""
    own = total_bytes is not None
    total = total_bytes or 0
    low = memory == LOW or (memory == AUTO and own and total < 11 * GIB)
    high = memory == HIGH or (memory == AUTO and total >= 15 * GIB)
    policy = MemoryPolicy(channels_last=own, fused_qkv=own and high)
    if own:
        room = max(0, total - CHECKPOINT_BYTES)
        policy = replace(policy, most_pixels_in_fp32=room / FP32_BYTES_A_PIXEL)
    return replace(policy, text_encoders_resident=False, vae_tiling=True) if low else policy


def budget_for(free_bytes: int, policy: MemoryPolicy, *, shared: bool) -> int:
    """How many bytes checkpoints may fill together; `shared` with all that the computer does."""
    if shared:
        return int(free_bytes * SHARE_OF_SHARED)
    working = WORKING_BYTES_TILED if policy.vae_tiling else WORKING_BYTES
    return max(0, free_bytes - working)


def threads_for(native_size: int, cores: int) -> int:
    """How many threads torch may use on the CPU; the pixels' last bits depend on it.

    A small checkpoint gets one: it hardly gains by more, and one gives the same pixels on machines
    of any number of cores. A large one leaves one core to the event loop.
    """
    return 1 if native_size < 512 else max(1, cores - 1)


class Residents(Generic[Value]):
    """What is in memory, by its keys and bytes; what was used longest ago leaves first.

    The budget is no reason to refuse: what alone is larger than it is kept alone.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def find(self, key: Hashable) -> Value | None:
        """What is kept under a key, now the last one to leave; None if there is nothing."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def keep(self, key: Hashable, value: Value, size: int) -> int:
        """Keep a value of `size` bytes; how many others had to leave for it."""
        self._kept.pop(key, None)
        gone = self.make_room(size)
        self._kept[key] = (value, size)
        return gone

    def make_room(self, size: int) -> int:
        """Let go of what was used longest ago until `size` bytes more fit; how many left."""
        gone = 0
        while self._kept and self._bytes + size > self._budget:
            self._kept.popitem(last=False)
            gone += 1
        return gone

    def keep_only(self, key: Hashable) -> int:
        """Let go of all but one; how many left."""
        others = [one for one in self._kept if one != key]
        for one in others:
            del self._kept[one]
        return len(others)

    @property
    def _bytes(self) -> int:
        return sum(size for _, size in self._kept.values())
