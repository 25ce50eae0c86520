"""What the one thread does: steps the jobs in flight in turn, each in a greenlet of its own.

A drawing is a plain call of the painter that runs until its next `between`, which switches back
here. So whatever the painter calls need not know that it is shared, and a drawing that is to end
early ends by an exception at that place. A drawing whose weights' files are still being fetched, on
another thread, has no turn until they are here. Nothing in here knows of an event loop.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor as Pool
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from bot.imaging.drawing import Drawing
from bot.imaging.loader import Fetching, Loader
from bot.imaging.painter import Drawn, Files, Painter, Pixels, Step
from bot.imaging.png import encode, encode_preview
from bot.model.checkpoint import NATIVE
from bot.model.errors import (
    DeviceLost,
    EngineStopped,
    ModelLoadFailed,
    OutOfMemory,
    RenderCancelled,
    RenderError,
    TookTooLong,
)
from bot.model.fairness import Service, lag_for, next_to_step
from bot.model.picture import EngineStatus, Picture, Progress, Work

_log = logging.getLogger(__name__)

CHANGE_SHARE = 4.0
"""How many times the seconds of a load are drawn for before the weights may change again."""

FORGET_AFTER = 30.0
"""Seconds of an idle thread after which nobody has had more than is fair."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Whether a drawing waits for its weights' files, which costs the thread nothing."""

    ticket: int
    for_files: bool


@dataclass(frozen=True, slots=True)
class Advanced:
    """A drawing has come a step further."""

    ticket: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Finished:
    """All steps of a drawing are done; its pictures may still be on their way into PNG."""

    ticket: int
    pictures: tuple[Future[Picture], ...]
    draw_seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A drawing ended without its pictures."""

    ticket: int
    error: RenderError


Tidings = EngineStatus | Waits | Advanced | Finished | Failed


def _on() -> None:
    """The job fails, and the next one is tried."""


def _unmarked(_job_id: int) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the thread is shared."""

    lag: float = lag_for(NATIVE)
    """How much more cost than the least served member another may have had."""
    preview_seconds: float = 2.5
    """Between two previews of a job."""
    retry_load_seconds: float = 60.0
    """For which a load that failed is taken to fail again without trying."""
    job_seconds: float = math.inf
    """For which the thread may draw on one job."""
    mark: Callable[[int], AbstractContextManager[None]] = field(default=_unmarked, repr=False)
    """Entered with a job's id for each of its steps."""
    mark_load: Callable[[int], AbstractContextManager[None]] = field(default=_unmarked, repr=False)
    """Entered with a job's id where its weights have to be loaded."""
    lost: Callable[[], None] = field(default=_on, repr=False)
    """Called within the step or load in which the device was lost; it need not come back."""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)


class Executor:
    """Owns the painter and the jobs in flight; every method is called on the one thread."""

    def __init__(
        self,
        factory: Callable[[], Painter],
        tell: Callable[[Tidings], None],
        pool: Pool,
        tuning: Tuning,
        fetching: Fetching,
    ) -> None:
        self._loader = Loader(factory, tell, tuning.retry_load_seconds, tuning.clock, fetching)
        self._tell = tell
        self._pool = pool
        self._tuning = tuning
        self._clock = tuning.clock
        self._drawings: dict[int, Drawing] = {}
        self._previewed: dict[int, float] = {}
        self._alone: Drawing | None = None
        self._last: tuple[int, int] | None = None
        """The ticket and the job whose step was handed to the device last."""
        self._service = Service()
        self._idle_since = 0.0
        self._drawn_since_load = 0.0

    @property
    def idle(self) -> bool:
        """Whether there is nothing to step."""
        return not self._in_turn()

    @property
    def patience(self) -> float | None:
        """How many seconds an idle thread waits before it tries once more to load, if it has to."""
        return self._tuning.retry_load_seconds if self._loader.loaded is None else None

    def prepare(self) -> None:
        """Load what is drawn with by default, if its files are here; else they are fetched."""
        try:
            with self._leaving_if_lost():
                self._loader.prepare()
        except DeviceLost:
            _log.debug("the engine will try again")

    def take(self, ticket: int, work: Work, source: Pixels | None = None) -> None:
        """Take a job in flight; `source` is the picture it begins with, if it does."""
        drawing = self._drawings[ticket] = Drawing(ticket, work, self._encode, source)
        try:
            if self._loader.at_hand(drawing.weights):
                self._enter(drawing)
            elif ticket in self._drawings:
                self._tell(Waits(ticket, for_files=True))
        except ModelLoadFailed as error:
            self._fail(drawing, replace(error))

    def fetched(self, files: Files) -> None:
        """A fetch is over: whoever waited for it can be drawn, or fails."""
        waiting = [one for one in self._drawings.values() if not one.fetched]
        waiting = [one for one in waiting if one.weights.files == files]
        try:
            self._loader.end_fetch(files)
        except ModelLoadFailed as error:
            for drawing in waiting:
                self._fail(drawing, replace(error))
        else:
            for drawing in waiting:
                self._enter(drawing)
        if self.idle and self._loader.loaded is None:
            self.prepare()

    def _enter(self, drawing: Drawing) -> None:
        """From now on it has its turns."""
        now = self._clock()
        if self.idle and now - self._idle_since > FORGET_AFTER:
            self._service = Service()
        drawing.fetched = True
        self._previewed[drawing.ticket] = now
        self._service = self._service.entered(drawing.work.user_id)
        self._tell(Waits(drawing.ticket, for_files=False))

    def _in_turn(self) -> list[Drawing]:
        """The drawings that can be stepped."""
        return [one for one in self._drawings.values() if one.fetched]

    def cancel(self, ticket: int) -> None:
        """End a drawing before its next step; one that is not in flight is ignored."""
        if drawing := self._drawings.get(ticket):
            self._fail(drawing, RenderCancelled())

    def halt(self) -> None:
        """End all drawings where they stand, and let go of the painter."""
        for drawing in list(self._drawings.values()):
            self._fail(drawing, EngineStopped())
        self._loader.close()

    def turn(self) -> None:
        """Step the drawing whose turn it is, on its weights."""
        drawing = self._choose()
        self._settle_before(drawing.ticket)
        try:
            self._load_for(drawing)
        except (ModelLoadFailed, DeviceLost) as error:
            self._fail(drawing, replace(error))
            return
        began, self._last = self._clock(), (drawing.ticket, drawing.work.job_id)
        failure = self._advance(drawing)
        self._spent(drawing, began)
        if failure:
            self._retry_or_fail(drawing, failure)
        elif drawing.over:
            self._finish(drawing)
        elif drawing.seconds > self._tuning.job_seconds:
            self._fail(drawing, TookTooLong(self._tuning.job_seconds))
        else:
            self._report(drawing)

    def _choose(self) -> Drawing:
        if self._alone:
            return self._alone
        chosen = next_to_step(
            [drawing.seen() for drawing in self._in_turn()],
            self._service,
            lag=self._tuning.lag,
            loaded=self._loader.loaded,
            change_paid=self._drawn_since_load >= CHANGE_SHARE * self._loader.seconds,
        )
        return self._drawings[chosen.job_id]

    def _settle_before(self, ticket: int) -> None:
        """Let the device end another job's step while that one is marked, not the next."""
        if self._last is None or self._last[0] == ticket:
            return
        (last, job_id), self._last = self._last, None
        drawing, began = self._drawings.get(last), self._clock()
        failure = None
        try:
            with self._tuning.mark(job_id), self._leaving_if_lost(job_id):
                self._loader.settle()
        except BaseException as error:
            _log.exception("job %s could not be drawn", job_id)
            failure = _bare(error)
        if drawing:
            self._spent(drawing, began)
        if drawing and failure:
            self._fail(drawing, failure)

    def _spent(self, drawing: Drawing, began: float) -> None:
        """Count the time since then as drawn on a job."""
        spent = self._clock() - began
        drawing.seconds += spent
        self._drawn_since_load += spent

    def _load_for(self, drawing: Drawing) -> None:
        if self._loader.loaded != drawing.weights:
            with (
                self._tuning.mark_load(drawing.work.job_id),
                self._leaving_if_lost(drawing.work.job_id),
            ):
                self._loader.load(drawing.weights)
            self._drawn_since_load = 0.0

    def _advance(self, drawing: Drawing) -> RenderError | None:
        """Draw one step further; what went wrong, without the frames that hold device memory."""
        try:
            with self._tuning.mark(drawing.work.job_id), self._leaving_if_lost(drawing.work.job_id):
                cost = drawing.advance(self._loader.painter())
        except BaseException as error:  # a panic of a library in Rust is no Exception
            if not isinstance(error, OutOfMemory):
                _log.exception("job %s could not be drawn", drawing.work.job_id)
            return _bare(error)
        weights = {one.work.user_id: one.work.weight for one in self._in_turn()}
        self._service = self._service.charged(
            drawing.work.user_id, cost, weights, lag=self._tuning.lag
        )
        return None

    @contextmanager
    def _leaving_if_lost(self, job_id: int | None = None) -> Iterator[None]:
        """A process without its device leaves while the job in hand is marked, if there is one."""
        try:
            yield
        except DeviceLost as error:
            job = {} if job_id is None else {"job": job_id}
            _log.critical("%s: leaving for a new one", error, extra=job)
            self._tuning.lost()
            raise

    def _retry_or_fail(self, drawing: Drawing, failure: RenderError) -> None:
        if not isinstance(failure, OutOfMemory) or drawing.tiled:
            self._fail(drawing, failure)
            return
        _log.warning("job %s ran out of memory and is drawn again alone", drawing.work.job_id)
        drawing.begin_again_tiled()
        self._alone = drawing
        try:
            with self._tuning.mark(drawing.work.job_id), self._leaving_if_lost(drawing.work.job_id):
                self._loader.relieve()
        except Exception as error:
            _log.exception("memory could not be given back for job %s", drawing.work.job_id)
            self._fail(drawing, _bare(error))

    def _fail(self, drawing: Drawing, error: RenderError) -> None:
        drawing.end(error)
        self._remove(drawing)
        self._tell(Failed(drawing.ticket, error))

    def _finish(self, drawing: Drawing) -> None:
        self._remove(drawing)
        self._tell(Finished(drawing.ticket, tuple(drawing.pictures), drawing.seconds))

    def _remove(self, drawing: Drawing) -> None:
        del self._drawings[drawing.ticket]
        self._previewed.pop(drawing.ticket, None)
        if self._alone is drawing:
            self._alone = None
        self._idle_since = self._clock()
        self._service = self._service.settled({one.work.user_id for one in self._in_turn()})

    def _report(self, drawing: Drawing) -> None:
        now = self._clock()
        progress = drawing.progress(now)
        due = now - self._previewed[drawing.ticket] >= self._tuning.preview_seconds
        pixels = None
        if due and drawing.step and drawing.step.done < drawing.step.of:
            self._previewed[drawing.ticket] = now
            # It waits for the device, so it is the step that may hang or fall in here.
            with self._tuning.mark(drawing.work.job_id):
                pixels = _preview(drawing.step, drawing.work.job_id)
        if pixels:
            self._pool.submit(self._tell_with_preview, drawing.ticket, progress, pixels)
        else:
            self._tell(Advanced(drawing.ticket, progress))

    def _tell_with_preview(self, ticket: int, progress: Progress, pixels: Pixels) -> None:
        self._tell(Advanced(ticket, replace(progress, preview_png=encode_preview(pixels))))

    def _encode(self, drawn: Drawn) -> Future[Picture]:
        """The picture as it will be; no thread of the pool waits for the hashes in its recipe."""
        picture: Future[Picture] = Future()
        drawn.once_hashed(partial(self._begin_encoding, drawn, picture))
        return picture

    def _begin_encoding(self, drawn: Drawn, picture: Future[Picture]) -> None:
        try:
            self._pool.submit(_encode_into, picture, drawn)
        except RuntimeError:  # the engine ended meanwhile, and its last pictures are worth having
            _encode_into(picture, drawn)


def _preview(step: Step, job_id: int) -> Pixels | None:
    """What the image looks like now; a drawing does not fail for want of it."""
    try:
        return step.preview()
    except Exception:
        _log.exception("there is no preview of job %s", job_id)
        return None


def _encode_into(picture: Future[Picture], drawn: Drawn) -> None:
    if not picture.set_running_or_notify_cancel():
        return
    try:
        recipe = drawn.completed()
        picture.set_result(Picture(png=encode(drawn.pixels, recipe), recipe=recipe))
    except BaseException as error:
        picture.set_exception(error)


def _bare(error: BaseException) -> RenderError:
    """The error without its traceback, as the task's error if it is none of ours."""
    if isinstance(error, RenderError):
        error.__traceback__ = error.__context__ = error.__cause__ = None
        return error
    return RenderError(f"{type(error).__name__}: {error}")
