"""What a member asked for, as parsed at the edge and before anybody decided anything."""

from dataclasses import dataclass, field

PROMPT_LENGTH = 1500
NEGATIVE_LENGTH = 1000
COUNTS = (1, 4)
SEEDS = (0, 4_294_967_295)
STEPS = (1, 60)
GUIDANCE = (0.0, 20.0)
STRENGTHS = (0.05, 1.0)
SOURCE_BYTES = 10 * 2**20
SOURCE_SIDE = 4096
"""Pixels of a picture's longer side."""
LORAS = (0, 3)
LORA_WEIGHTS = (-1.0, 2.0)


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A picture to begin with: the SHA-256 of its file as it was sent, its sides in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """The options of one `/imagine`; None means that the member left the choice to the bot."""

    prompt: str
    negative_prompt: str = ""
    aspect: str | None = None
    count: int = 1
    seed: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    scheduler: str | None = None
    style: str | None = None
    model: str | None = None
    loras: tuple[tuple[str, float | None], ...] = ()
    """Names and weights; a weight of None is the LoRA's own."""
    source: SourcePicture | None = None
    strength: float | None = None
    """How far to go from the source: 1 leaves nothing of it but its size."""
    spoiler: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from and where its answer goes: ids only, never Discord objects."""

    guild_id: int
    channel_id: int
    user_id: int
    interaction_id: int
    application_id: int
    token: str = field(repr=False)
    token_born: float
    """Unix seconds of the interaction; the token dies 15 minutes later."""
    filesize_limit: int
    """Bytes that one upload may have in this place."""
