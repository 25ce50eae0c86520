"""The seams between the stages, one port for each caller, none with more than six methods."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.model.depth import QueueDepth
from bot.model.estimate import Ahead, Queued, Standing
from bot.model.hold import Hold
from bot.model.job import Interaction, Job, NewJob
from bot.model.keeping import Limits, Pruned
from bot.model.picture import (
    EngineStatus,
    FittedFile,
    Picture,
    Progress,
    Rendered,
    Stepping,
    Work,
)
from bot.model.room import DiskRoom
from bot.model.ways import Hop, Way


class Clock(Protocol):
    """Time as an argument."""

    def __call__(self) -> float:
        """Unix seconds now."""
        ...


class Sleep(Protocol):
    """Waiting as an argument."""

    async def __call__(self, seconds: float, /) -> None:
        """Come back after so many seconds."""
        ...


class InteractionJournal(Protocol):
    """What the handlers need: no interaction is acknowledged that the database does not know."""

    async def open(self, interaction: Interaction) -> None:
        """Commit an interaction before it is acknowledged; one that is known already stays."""
        ...

    async def close(self, interaction_id: int) -> None:
        """Note that an interaction without a job has its answer; unknown ids are ignored."""
        ...

    async def unanswered(self) -> Sequence[Interaction]:
        """Interactions that have neither an answer nor a job, oldest first."""
        ...


class Handlers(Protocol):
    """What a stop needs of those who answer interactions."""

    async def settle(self, *, grace: float) -> None:
        """Let whatever is being answered be answered, within `grace` seconds."""
        ...


class Tokens(Protocol):
    """What the upkeep needs to keep no secret longer than it is of use."""

    async def erase_tokens(self, *, born_before: float) -> int:
        """Erase the interaction tokens that were born before; how many there were."""
        ...


class Storeroom(Protocol):
    """What the upkeep needs so that what is kept does not grow for ever."""

    async def prune(self, limits: Limits, *, now: float) -> Pruned:
        """Remove what is too old, then the oldest of what is too much; raises StorageError.

        Nothing of a job that is shared or has no answer yet goes, nor a picture to begin with
        that a kept job names.
        """
        ...


class Waiting(Protocol):
    """What admission needs of the queue."""

    async def enqueue(self, job: NewJob, *, per_member: int, per_server: int, now: float) -> Job:
        """Commit a job at its fair place; raises QueueFull or Draining."""
        ...


class Board(Protocol):
    """What the queue's readers and the Cancel button need."""

    async def get(self, job_id: int) -> Job | None:
        """The job, or None if there is none of that id."""
        ...

    async def cancel(
        self, job_id: int, *, by: int | None = None, now: float, unspent: bool = False
    ) -> Job:
        """Move a queued or running job to cancelled; raises StaleMove if it has an outcome.

        `by` is the user who did, if not its author; `unspent` says that a running one was given
        no step yet, so that it costs its member nothing.
        """
        ...

    async def waiting(self) -> Sequence[Job]:
        """The queued jobs in the order of their places."""
        ...


class Holds(Protocol):
    """What the owner's commands need of the queue."""

    async def hold(self, hold: Hold) -> None:
        """Hold a scope back; a hold that it is under already is replaced."""
        ...

    async def lift(self, scope: int) -> bool:
        """End the hold on a scope; whether it was under one."""
        ...

    async def holds(self) -> Sequence[Hold]:
        """Every hold there is, that on the whole bot first."""
        ...

    async def bump(self, job_id: int) -> Job:
        """Put a waiting job before all others; raises NotWaiting or Held."""
        ...


class Places(Protocol):
    """What the forecast needs of the queue."""

    async def ahead(self, job_id: int) -> Ahead | None:
        """What is claimed up to a queued job, itself included; None once it is not queued."""
        ...

    async def places(self) -> Sequence[Queued]:
        """The queued jobs in the order of their places."""
        ...


class Timings(Protocol):
    """What the forecast needs of the jobs that were drawn."""

    async def seconds_by_cost(self, model: str, *, limit: int) -> Sequence[float]:
        """Seconds for a unit of cost, of a model's last drawn jobs, the newest first."""
        ...


class WorkQueue(Protocol):
    """What the dispatcher needs of the queue."""

    async def claim(self, *, now: float, busy_members_too: bool = False) -> Job | None:
        """Move the fairest queued job to running, of members with nothing in flight unless said."""
        ...

    async def rendered(
        self, job_id: int, *, draw_seconds: float, now: float, stored_bytes: int = 0
    ) -> Job:
        """Move a running job, whose pictures take so many bytes, to rendered; raises StaleMove."""
        ...

    async def failed(self, job_id: int, *, failure: str, detail: str, now: float) -> Job:
        """Move a queued or running job to failed and refund its cost; raises StaleMove."""
        ...

    async def requeue(self, job_id: int) -> Job:
        """Move a running job back to queued at its old place, charging nobody; raises StaleMove."""
        ...

    async def recover(self, *, suspects: Collection[int] | None = None) -> Sequence[Job]:
        """Move what a dead process left running back to queued, charging suspects an attempt."""
        ...


class CrashMarker(Protocol):
    """What the dispatcher and the watchdog need to know of the step in hand."""

    @property
    def suspect(self) -> int | None:
        """The job whose step or load the last process did not live to end."""
        ...

    def acquit(self) -> None:
        """Forget the suspect, once it was dealt with."""
        ...

    def stepping(self) -> Stepping | None:
        """The step or the load in hand, if there is one."""
        ...


class Outbox(Protocol):
    """What delivery needs of the queue."""

    async def untold(self, *, limit: int) -> Sequence[Job]:
        """Jobs whose outcome has not been told, oldest outcome first."""
        ...

    async def hops(self, job_id: int) -> Sequence[Hop]:
        """The ways that were tried for a job."""
        ...

    async def note(self, hop: Hop) -> None:
        """Commit how a way stands, in place of what was noted of it before."""
        ...

    async def answered(
        self, job_id: int, *, message_id: int | None, now: float, hop: Hop | None = None
    ) -> Job:
        """Note that the outcome was told by a hop, or is kept; a rendered job becomes delivered.

        Raises StaleMove.
        """
        ...


class Disk(Protocol):
    """What admission and the dispatcher need to know before they begin what must be kept."""

    async def room(self) -> DiskRoom:
        """The room there is, or was a few seconds ago; raises StorageError."""
        ...


class Depths(Protocol):
    """What monitors need of the queue."""

    async def depth(self) -> QueueDepth:
        """How much there is to do now; raises StorageError."""
        ...


class Album(Protocol):
    """Where pictures lie between drawing and posting, and after."""

    async def save(self, job_id: int, pictures: Sequence[Picture]) -> None:
        """Write all pictures of a job to disk for good, or none; raises StorageError."""
        ...

    async def load(self, job_id: int) -> tuple[Picture, ...]:
        """The pictures of a job in order; raises PicturesLost, or StorageError for now."""
        ...

    async def remove(self, job_ids: Sequence[int]) -> Sequence[int]:
        """Remove the pictures of jobs; the ids of those that have none any more."""
        ...


class Archive(Protocol):
    """What making images from images needs of the jobs that were drawn."""

    async def get(self, job_id: int) -> Job | None:
        """The job, or None if there is none of that id."""
        ...

    async def drawn_by(self, guild_id: int, user_id: int, *, limit: int) -> Sequence[Job]:
        """A member's jobs in a server whose pictures are there, the newest first."""
        ...

    async def was_dropped(self, job_id: int) -> bool:
        """Whether there was a job of that id that is kept no longer."""
        ...


class Requests(Protocol):
    """What showing members their earlier requests needs."""

    async def get(self, job_id: int) -> Job | None:
        """The job, or None if there is none of that id."""
        ...

    async def asked_by(self, guild_id: int, user_id: int, *, limit: int) -> Sequence[Job]:
        """A member's jobs in a server, whatever became of them, the newest first."""
        ...

    async def was_dropped(self, job_id: int) -> bool:
        """Whether there was a job of that id that is kept no longer."""
        ...


class SourceShelf(Protocol):
    """Where the pictures lie that images begin with."""

    def kept(self, file: bytes) -> AbstractAsyncContextManager[str]:
        """Write a file to disk; its SHA-256; raises StorageError.

        It stays for good, unless it was not there before and the body ends by Refused.
        """
        ...


class Engine(Protocol):
    """The one executor thread."""

    def status(self) -> EngineStatus:
        """What the thread is up to now."""
        ...

    def free_slots(self) -> int:
        """How many more jobs it would take in now."""
        ...

    def fetching(self) -> Collection[int]:
        """The jobs it has that wait for their weights' files; they take no slot."""
        ...

    async def render(self, work: Work, progress: Callable[[Progress], None]) -> Rendered:
        """Draw a job; progress is called on the caller's loop; raises RenderError."""
        ...

    def cancel(self, job_id: int) -> None:
        """Make the job's render raise RenderCancelled within one step; unknown ids are ignored."""
        ...

    async def stop(self, *, grace: float) -> bool:
        """End the thread after the step in hand; False if it still hangs after `grace` seconds."""
        ...


class Courier(Protocol):
    """What delivery needs of Discord."""

    async def deliver(self, job: Job, pictures: Sequence[Picture], way: Way) -> int:
        """Tell the outcome that way; the message's id; raises DeliveryError."""
        ...

    async def find(self, job: Job, way: Way) -> int | None:
        """The message by which the outcome was told that way already; raises DeliveryError."""
        ...

    async def close(self, interaction: Interaction) -> None:
        """Tell a member whose command a crash cut short to try again; raises DeliveryError."""
        ...


class FileFitter(Protocol):
    """What the courier needs to send no file that the place does not take."""

    async def __call__(self, pictures: Sequence[Picture], limit: int) -> Sequence[FittedFile]:
        """A file of each picture within `limit` bytes, all of them within one message's bytes.

        Raises FittingFailed.
        """
        ...


class Noticeboard(Protocol):
    """What the live line in a job's own message needs of Discord."""

    async def show_waiting(self, job: Job, standing: Standing) -> None:
        """Show where the job stands in the queue; raises DeliveryError."""
        ...

    async def show_progress(self, job: Job, progress: Progress) -> None:
        """Show how far the drawing is; raises DeliveryError."""
        ...

    async def show_late(self, job: Job) -> None:
        """Show that the answer will be a new message; raises DeliveryError."""
        ...
