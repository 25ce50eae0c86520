"""What comes out of the engine, and what it says on the way."""

from dataclasses import dataclass, field

from bot.model.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Work:
    """What the engine is given: one job's recipes, and whose they are."""

    job_id: int
    user_id: int
    weight: float
    recipes: tuple[Recipe, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawn image as PNG bytes, with the completed recipe (which the PNG holds as well)."""

    png: bytes = field(repr=False)
    recipe: Recipe
    """Width and height are as drawn; the PNG is `display_scale` times as large."""


@dataclass(frozen=True, slots=True)
class FittedFile:
    """A picture as the file that is uploaded: a "PNG", or a "WebP" or "JPEG" where that fits."""

    data: bytes = field(repr=False)
    kind: str = "PNG"
    reduced: bool = False
    """Whether it has fewer pixels than were drawn."""

    @property
    def suffix(self) -> str:
        """What the file's name ends with, dot included."""
        return {"PNG": ".png", "WebP": ".webp", "JPEG": ".jpg"}[self.kind]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A job's pictures, in the order of its recipes, and the seconds the thread drew on them."""

    pictures: tuple[Picture, ...]
    draw_seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: UNet steps done over all its images, and measured seconds left if known."""

    job_id: int
    step: int
    steps: int
    image: int
    images: int
    seconds_left: float | None = None
    preview_png: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What the executor thread is up to: "loading", "ready", "failed" or "stopped"."""

    state: str
    model: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Stepping:
    """A step in hand, or a load before it: whose, and for how many seconds already."""

    job_id: int
    seconds: float
    loading: bool = False
