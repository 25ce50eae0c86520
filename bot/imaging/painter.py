"""The seam between the executor thread and the pipelines.

Every call comes from that thread, but for `fetch`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.model.recipe import Lora, Recipe

Files = tuple[str, ...]
"""What some weights' files are called together."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What has to be in memory to draw: a checkpoint by its key, and the adapters on it."""

    model: str
    loras: tuple[Lora, ...] = ()

    @classmethod
    def of(cls, recipe: Recipe) -> "Weights":
        """The weights that a recipe draws with, whatever it says of their hashes."""
        return cls(recipe.model, tuple(replace(one, sha256="") for one in recipe.loras))

    @property
    def files(self) -> Files:
        """The names of the model and its LoRAs: what is on disk, and not how much is mixed in."""
        return (self.model, *sorted(one.id for one in self.loras))


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture as rows of 8-bit red, green and blue."""

    width: int
    height: int
    rgb: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a painter gives for one recipe."""

    pixels: Pixels
    completed: Callable[[], Recipe]
    """The recipe with all it was drawn with; waits for `hashes`."""
    hashes: Sequence["Future[str]"] = ()
    """Those of the weights' files, which take their time after a load."""

    def once_hashed(self, call: Callable[[], object]) -> None:
        """Call when the hashes are there: at once, or on the thread that brings the last one."""
        for one in self.hashes:
            if not one.done():
                one.add_done_callback(lambda _: self.once_hashed(call))
                return
        call()


@dataclass(frozen=True, slots=True)
class Step:
    """The end of one pass through the UNet."""

    done: int
    of: int
    preview: Callable[[], Pixels | None]
    """A rough small picture of where the image stands; good until the next step begins.

    None where the model allows none.
    """


Between = Callable[[Step], None]
"""Called after every step; it may take long, and it may raise to end the drawing."""


class Painter(Protocol):
    """What the executor thread needs of the pipelines."""

    @property
    def default(self) -> Weights:
        """What is drawn with when nothing else is asked for."""
        ...

    def fetch(self, weights: Weights) -> None:
        """Bring the weights' files to this computer; raises ModelLoadFailed.

        Called on a thread of its own, while another one draws, and before each load.
        """
        ...

    def load(self, weights: Weights) -> None:
        """Have the weights ready for drawing; nothing is being drawn.

        Raises ModelLoadFailed, DeviceLost.
        """
        ...

    def draw(self, recipe: Recipe, between: Between, source: Pixels | None = None) -> Drawn:
        """Draw one image on the loaded weights; raises OutOfMemory, DeviceLost, NotFinite.

        `source` is the picture that a derived recipe begins with, of the recipe's size.
        """
        ...

    def settle(self) -> None:
        """Wait until the device has done all that was handed to it; raises what that meets."""
        ...

    def relieve(self) -> None:
        """Give back all memory that is only kept to be quick; raises DeviceLost."""
        ...

    def close(self) -> None:
        """Let go of everything; the thread ends."""
        ...
