"""The root of the errors, and the refusals: where they stand in the tree says `errors.py`."""

from dataclasses import dataclass


class BotError(Exception):
    """The root of everything this project raises on purpose."""


class Refused(BotError):
    """The request was not accepted, and nothing was queued."""


class EmptyPrompt(Refused):
    """The prompt has no words."""


@dataclass(eq=False)
class BadPrompt(Refused):
    """A weight is wrong at `part`; `problem` is "bounds", "many" or "unbalanced"."""

    problem: str
    part: str

    def __str__(self) -> str:
        return f"the prompt's weights are wrong ({self.problem}) at {self.part!r}"


@dataclass(eq=False)
class UnknownOption(Refused):
    """An option names something that is not configured; `choices` are the values that are."""

    option: str
    value: str
    choices: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.option} {self.value!r} is not one of {', '.join(self.choices)}"


@dataclass(eq=False)
class OutOfRange(Refused):
    """An option is `value` and must be from `least` to `most`."""

    option: str
    value: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.option} is {self.value:g} and must be from {self.least:g} to {self.most:g}"


@dataclass(eq=False)
class QueueFull(Refused):
    """`scope` ("member" or "server") already has `limit` requests waiting."""

    scope: str
    limit: int

    def __str__(self) -> str:
        return f"the {self.scope} already has {self.limit} requests waiting"


@dataclass(eq=False)
class Draining(Refused):
    """The owner lets the queue of `scope` ("server" or "bot") run dry."""

    scope: str

    def __str__(self) -> str:
        return f"the {self.scope} takes no new requests"


@dataclass(eq=False)
class ModelUnavailable(Refused):
    """The model `model` cannot draw because of `reason`."""

    model: str
    reason: str

    def __str__(self) -> str:
        return f"the model {self.model} is not available: {self.reason}"


@dataclass(eq=False)
class DiskFull(Refused):
    """The disk has `free` bytes left and `reserve` of them are kept for what is under way."""

    free: int
    reserve: int

    def __str__(self) -> str:
        return f"the disk has {self.free} bytes left, fewer than the {self.reserve} of the reserve"


@dataclass(eq=False)
class NotAPicture(Refused):
    """The file is none of `formats`, or it is and `damage` says what the decoder made of it."""

    formats: tuple[str, ...]
    damage: str = ""

    def __str__(self) -> str:
        return self.damage or f"the file is none of {', '.join(self.formats)}"


@dataclass(eq=False)
class PictureTooLarge(Refused):
    """The picture has more than `limit` of `measure` ("bytes", or "pixels" a side)."""

    measure: str
    limit: int

    def __str__(self) -> str:
        return f"the picture has more than {self.limit} {self.measure}"


class PictureNotFetched(Refused):
    """Discord did not hand over the file that a member attached."""


class StrengthWithoutPicture(Refused):
    """A strength says how far to go from a picture, and none was given."""


@dataclass(eq=False)
class NoSuchPicture(Refused):
    """Job `job_id` (None: the member's last) shows the member nothing, or it has `images` only."""

    job_id: int | None
    images: int = 0

    def __str__(self) -> str:
        return f"job {self.job_id} has no such picture for that member"


@dataclass(eq=False)
class NoLongerKept(Refused):
    """The pictures of job `job_id` were removed, for their age or to make room."""

    job_id: int

    def __str__(self) -> str:
        return f"the pictures of job {self.job_id} are no longer kept"


@dataclass(eq=False)
class NotDrawnYet(Refused):
    """Job `job_id` has no pictures yet."""

    job_id: int

    def __str__(self) -> str:
        return f"job {self.job_id} is not drawn yet"


@dataclass(eq=False)
class PrivatePicture(Refused):
    """Job `job_id` is private, and what was asked for would be public."""

    job_id: int

    def __str__(self) -> str:
        return f"job {self.job_id} is private"


@dataclass(eq=False)
class EnlargementTooLarge(Refused):
    """The enlargement would be shown with `width` by `height` pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width} by {self.height} pixels are too many"


@dataclass(eq=False)
class NotVariable(Refused):
    """`reason` is "enlargement", or "depth" for a variation of too many variations."""

    reason: str

    def __str__(self) -> str:
        return f"it cannot be varied ({self.reason})"


@dataclass(eq=False)
class MissingPermission(Refused):
    """The bot lacks `permissions` (Discord's names) in the channel it would answer in."""

    permissions: tuple[str, ...]

    def __str__(self) -> str:
        return f"missing permissions: {', '.join(self.permissions)}"


@dataclass(eq=False)
class Held(Refused):
    """Job `job_id` waits in a paused queue, whose order comes to be when it is resumed."""

    job_id: int

    def __str__(self) -> str:
        return f"job {self.job_id} waits in a paused queue"


@dataclass(eq=False)
class NotWaiting(Refused):
    """Job `job_id` is not in the queue."""

    job_id: int

    def __str__(self) -> str:
        return f"job {self.job_id} does not wait"


class OwnerOnly(Refused):
    """Only the owner of the bot's application may do that."""


class NotYours(Refused):
    """Only a job's author may do that."""


class TooLate(Refused):
    """The job has its outcome already, or was never there."""


class Stopping(Refused):
    """The bot is shutting down and takes no new work."""
