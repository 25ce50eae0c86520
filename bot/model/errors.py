"""Everything that can go wrong on the way of a request, as one tree.

BotError
├── Refused                    the request was not accepted; nothing was queued
│   ├── EmptyPrompt            there are no words to draw from
│   ├── BadPrompt              a weight in the prompt cannot be drawn
│   ├── UnknownOption          a model, LoRA, style, aspect or scheduler nobody configured
│   ├── OutOfRange             an option is more or less than it may be
│   ├── QueueFull              the member's or the server's waiting room is full
│   ├── ModelUnavailable       the model could not be loaded
│   ├── DiskFull               the bot's disk has no room for more pictures
│   ├── NotAPicture            the file is none of the formats that are read, or damaged
│   ├── PictureTooLarge        the file has too many bytes, or the picture too many pixels
│   ├── PictureNotFetched      Discord did not hand the file over
│   ├── StrengthWithoutPicture how far to go from a picture that was not given
│   ├── NoSuchPicture          no image of that number that the member can see
│   ├── NoLongerKept           the image was removed, for its age or to make room
│   ├── NotDrawnYet            the image is still waiting or being drawn
│   ├── PrivatePicture         a private image cannot become a public one
│   ├── EnlargementTooLarge    more pixels than an image may have
│   ├── NotVariable            an enlargement, or a variation of too many variations
│   ├── MissingPermission      the bot may not answer in that channel
│   ├── NotYours               somebody else's job
│   ├── TooLate                the job has its outcome already
│   └── Stopping               the bot is shutting down
├── RenderError                the job was accepted and could not be drawn
│   ├── RenderCancelled        its author or a moderator cancelled it
│   ├── ModelLoadFailed        the checkpoint is missing, damaged or does not fit
│   │   └── AdapterLoadFailed  a LoRA is missing, damaged or does not fit the checkpoint
│   ├── OutOfMemory            the device's memory was not enough, even alone and with tiling
│   ├── NotFinite              the model gave numbers that are no picture
│   ├── TookTooLong            the drawing went over its time limit
│   ├── Poisoned               the process did not survive drawing it, twice
│   └── EngineStopped          the executor thread ended before the job did
├── DeliveryError              the outcome could not be told
│   ├── DeliveryRefused        this way of answering is closed for good; try the next one
│   └── DeliveryInterrupted    trouble on the way; the same way may work later
├── StaleMove                  a job was not in the state a move expects
├── StorageError               the database or the picture folder cannot be used
│   └── OutOfRoom              the disk, or what the bot may use of it, is full
├── DataFolderInUse            another process works in the data folder
├── NewProcessNeeded           the run cannot go on, and a fresh one may
└── ConfigurationError         settings that cannot work, every problem named

Errors carry data; `cogs/_errors.py` alone turns them into a member's sentences.
"""

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


class NotYours(Refused):
    """Only a job's author may do that."""


class TooLate(Refused):
    """The job has its outcome already, or was never there."""


class Stopping(Refused):
    """The bot is shutting down and takes no new work."""


class RenderError(BotError):
    """An accepted job could not be drawn."""


class RenderCancelled(RenderError):
    """The job was cancelled before its last step."""


@dataclass(eq=False)
class ModelLoadFailed(RenderError):
    """The checkpoint `model` could not be loaded; `reason` says why, `advice` what to do."""

    model: str
    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.model} could not be loaded: {self.reason} {self.advice}"


@dataclass(eq=False)
class AdapterLoadFailed(ModelLoadFailed):
    """The LoRA `model` could not be added to a checkpoint."""


class OutOfMemory(RenderError):
    """The device's memory was not enough, even alone and with VAE tiling."""


class NotFinite(RenderError):
    """Latents or pixels held numbers that are no picture, in fp32 as well."""


@dataclass(eq=False)
class TookTooLong(RenderError):
    """The thread drew on the job for `seconds` without coming to its end."""

    seconds: float

    def __str__(self) -> str:
        return f"not done after {self.seconds:.0f} s of drawing"


class Poisoned(RenderError):
    """The process ended in the middle of the job's steps, once too often."""


class EngineStopped(RenderError):
    """The executor thread ended before the job did."""


class DeliveryError(BotError):
    """An outcome could not be told to the member."""


@dataclass(eq=False)
class DeliveryRefused(DeliveryError):
    """This way of answering is closed for good (`code` is Discord's); the next one may be open."""

    code: int
    reason: str
    status: int | None = None

    def __str__(self) -> str:
        return f"Discord refused with {self.code}: {self.reason}"


@dataclass(eq=False)
class DeliveryInterrupted(DeliveryError):
    """Trouble on the way; the same way may work later, after `retry_after` seconds if known."""

    reason: str
    retry_after: float | None = None
    status: int | None = None

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class StaleMove(BotError):
    """Job `job_id` was not in a state from which it can become `target`."""

    job_id: int
    target: str

    def __str__(self) -> str:
        return f"job {self.job_id} can not become {self.target} from the state it is in"


@dataclass(eq=False)
class StorageError(BotError):
    """The database or picture folder cannot be used; `advice` says what to do."""

    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.reason} {self.advice}"


@dataclass(eq=False)
class OutOfRoom(StorageError):
    """Something could not be written because the disk is full; it can be once there is room."""


@dataclass(eq=False)
class DataFolderInUse(BotError):
    """Process `pid` (None: it cannot be told) works in the data folder `folder`."""

    folder: str
    pid: int | None

    def __str__(self) -> str:
        who = "another process" if self.pid is None else f"process {self.pid}"
        return (
            f"{self.folder} is in use by {who}. Stop that one first, or give this one a DATA_DIR "
            "of its own."
        )


@dataclass(eq=False)
class NewProcessNeeded(BotError):
    """The run cannot go on for `reason`, and a fresh process may; a supervisor starts one."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class ConfigurationError(BotError):
    """Settings that cannot work; `problems` holds a plain sentence for each."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)
