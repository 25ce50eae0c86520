"""What a member asked for, as parsed at the edge and before anybody decided anything."""

from dataclasses import dataclass, field

PROMPT_LENGTH = 1500
NEGATIVE_LENGTH = 1000
COUNTS = (1, 4)
SEEDS = (0, 4_294_967_295)
STEPS = (1, 60)
GUIDANCE = (0.0, 20.0)


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """The options of one `/imagine`; None means that the member left the choice to the bot."""

    prompt: str
    negative_prompt: str = ""
    aspect: str = "1:1"
    count: int = 1
    seed: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    scheduler: str | None = None
    style: str | None = None
    model: str | None = None
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
