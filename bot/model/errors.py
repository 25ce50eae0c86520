"""Everything that can go wrong on the way of a request, as one tree.

BotError
├── Refused                    the request was not accepted; nothing was queued
│   ├── EmptyPrompt            there are no words to draw from
│   ├── BadPrompt              a weight in the prompt cannot be drawn
│   ├── UnknownOption          a model, LoRA, style, aspect or scheduler nobody configured
│   ├── OutOfRange             an option is more or less than it may be
│   ├── QueueFull              the member's or the server's waiting room is full
│   ├── Draining               the server's queue, or the bot's, takes nothing new in
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
│   ├── Held                   a job in a paused queue cannot be put first
│   ├── NotWaiting             only a waiting job can be put first
│   ├── OwnerOnly              only the bot's owner may do that
│   ├── NotYours               somebody else's job
│   ├── TooLate                the job has its outcome already
│   └── Stopping               the bot is shutting down
├── RenderError                the job was accepted and could not be drawn
│   ├── RenderCancelled        its author or a moderator cancelled it
│   ├── ModelLoadFailed        the checkpoint is missing, damaged or does not fit
│   │   └── AdapterLoadFailed  a LoRA is missing, damaged or does not fit the checkpoint
│   ├── OutOfMemory            the device's memory was not enough, even alone and with tiling
│   ├── DeviceLost             the graphics card does nothing more for this process
│   ├── NotFinite              the model gave numbers that are no picture
│   ├── TookTooLong            the drawing went over its time limit
│   ├── Poisoned               the process did not survive drawing it, twice
│   ├── Unreadable             what the database holds of the request cannot be read
│   └── EngineStopped          the executor thread ended before the job did
├── DeliveryError              the outcome could not be told
│   ├── DeliveryRefused        this way of answering is closed for good; try the next one
│   └── DeliveryInterrupted    trouble on the way; the same way may work later
├── FittingFailed              pictures could not be made to fit a place's upload limit
├── StaleMove                  a job was not in the state a move expects
├── StorageError               the database or the picture folder cannot be used
│   ├── OutOfRoom              the disk, or what the bot may use of it, is full
│   ├── DatabaseLocked         another program holds the database
│   ├── DatabaseDamaged        the database is broken, and will stay so
│   ├── PicturesAway           the disk with the pictures is not there for now
│   └── PicturesLost           a job's pictures are missing or damaged, and will stay so
├── DataFolderInUse            another process works in the data folder, or with its database
├── NewProcessNeeded           the run cannot go on, and a fresh one may
└── ConfigurationError         settings that cannot work, every problem named

The refusals are in `refusals.py`, and can be had from here. Errors carry data; `cogs/_errors.py`
alone turns them into a member's sentences.
"""

from dataclasses import dataclass

from bot.model.refusals import *  # noqa: F403 - the tree above is one, whichever file it is in
from bot.model.refusals import BotError as BotError


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


@dataclass(eq=False)
class DeviceLost(RenderError):
    """The graphics card does nothing more for this process; `reason` is what its driver said."""

    reason: str

    def __str__(self) -> str:
        return f"the graphics card does nothing more for this process: {self.reason}"


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


class Unreadable(RenderError):
    """The job's row in the database is not one that was written there."""


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


class FittingFailed(BotError):
    """Pictures could not be made smaller; says why."""


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
class DatabaseLocked(StorageError):
    """Another program has held the database for longer than it is waited for."""


@dataclass(eq=False)
class DatabaseDamaged(StorageError):
    """The database is broken or none at all, which only its owner can mend."""


@dataclass(eq=False)
class PicturesAway(StorageError):
    """The picture folder is not the one that was written to: its disk may be back later."""


@dataclass(eq=False)
class PicturesLost(StorageError):
    """A picture of a job, or what it was drawn from, is missing or damaged, and will stay so."""


@dataclass(eq=False)
class DataFolderInUse(BotError):
    """Process `pid` (None: it cannot be told) works in `folder`, which `setting` names.

    That may be a database's file as well.
    """

    folder: str
    pid: int | None
    setting: str = "DATA_DIR"

    def __str__(self) -> str:
        who = "another process" if self.pid is None else f"process {self.pid}"
        return (
            f"{self.folder} is in use by {who}. Stop that one first, or give this one a "
            f"{self.setting} of its own."
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
