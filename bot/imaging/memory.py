"""How the device's memory is used, by how much of it there is."""

from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True, slots=True)
class MemoryPolicy:
    """What stays on the device between two images, and how its last step is done."""

    text_encoders_resident: bool = True
    """Else they come to the device for a prompt and leave it before the first step ends."""
    vae_tiling: bool = False
    """Pictures larger than half the VAE's native size are decoded in tiles."""

    def __str__(self) -> str:
        encoders = "resident" if self.text_encoders_resident else "moved for each prompt"
        return f"text encoders {encoders}, VAE tiling {'on' if self.vae_tiling else 'off'}"


def policy_for(total_bytes: int | None) -> MemoryPolicy:
    """The policy for a device of that much memory of its own; None is the computer's own memory."""
    if total_bytes is None or total_bytes >= 11 * GIB:
        return MemoryPolicy()
    return MemoryPolicy(text_encoders_resident=False, vae_tiling=True)


def threads_for(native_size: int, cores: int) -> int:
    """How many threads torch may use on the CPU; the pixels' last bits depend on it.

    A small checkpoint gets one: it hardly gains by more, and one gives the same pixels on machines
    of any number of cores. A large one leaves one core to the event loop.
    """
    return 1 if native_size < 512 else max(1, cores - 1)
