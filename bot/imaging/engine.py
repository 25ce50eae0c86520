"""The engine: what the event loop sees of the one executor thread."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

from bot.imaging.executor import Advanced, Executor, Finished, Tidings, Tuning, Waits
from bot.imaging.loader import Fetching
from bot.imaging.painter import Files, Painter, Pixels
from bot.imaging.sources import fitted, nowhere
from bot.model.errors import EngineStopped, Refused, RenderCancelled, RenderError
from bot.model.picture import EngineStatus, Picture, Progress, Rendered, Work
from bot.model.recipe import Recipe

_log = logging.getLogger(__name__)

Command = Callable[[Executor], None]

FETCHES = 32
"""At once; more wait for one of these."""


@dataclass(eq=False, slots=True)
class _Render:
    """A render that is waited for; only the loop touches it."""

    job_id: int
    progress: Callable[[Progress], None]
    outcome: "asyncio.Future[Finished]"
    waits_for_files: bool = False
    latest: Progress | None = None


class Engine:
    """One thread that builds, loads and owns the pipelines, and draws the jobs in flight.

    The loop owns the renders, the thread owns the drawings; commands go there by a queue, tidings
    come back by `call_soon_threadsafe`.
    """

    def __init__(
        self,
        factory: Callable[[], Painter],
        *,
        slots: int = 16,
        tuning: Tuning | None = None,
        read_source: Callable[[str], bytes] = nowhere,
    ) -> None:
        """`read_source` gives the file of a SHA-256, on a thread of the pool."""
        self._factory = factory
        self._read_source = read_source
        self._slots = slots
        self._tuning = tuning or Tuning()
        self._status = EngineStatus("loading")
        self._renders: dict[int, _Render] = {}
        self._tickets = count(1)
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._ended = asyncio.Event()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="png-encoder")
        self._fetchers = ThreadPoolExecutor(FETCHES, thread_name_prefix="fetch")
        self._thread = threading.Thread(target=self._run, name="gpu-executor", daemon=True)

    def start(self) -> None:
        """Start the thread, which loads the default model; called on the loop that is served."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def status(self) -> EngineStatus:
        """What the thread is up to now."""
        return self._status

    def free_slots(self) -> int:
        """How many more jobs it would take in now; those that wait for files take no slot."""
        taken = len(self._renders) - len(self.fetching())
        return 0 if self._stopping.is_set() else max(0, self._slots - taken)

    def fetching(self) -> Collection[int]:
        """The jobs it has that wait for their weights' files."""
        return [render.job_id for render in self._renders.values() if render.waits_for_files]

    async def render(self, work: Work, progress: Callable[[Progress], None]) -> Rendered:
        """Draw a job; progress is called on the caller's loop; raises RenderError."""
        if self._stopping.is_set():
            raise EngineStopped
        ticket = next(self._tickets)
        render = _Render(work.job_id, progress, self._loop.create_future())
        self._renders[ticket] = render
        try:
            source = await self._source_of(work.recipes[0])
            if not render.outcome.done():
                take = partial(Executor.take, ticket=ticket, work=work, source=source)
                self._commands.put(take)
            finished = await render.outcome
            pictures = [await _encoded(picture) for picture in finished.pictures]
        except asyncio.CancelledError:
            self._commands.put(partial(Executor.cancel, ticket=ticket))
            raise
        finally:
            del self._renders[ticket]
        return Rendered(tuple(pictures), finished.draw_seconds)

    async def _source_of(self, recipe: Recipe) -> Pixels | None:
        """The picture that a recipe begins with, cut to its size off the loop and the thread."""
        if not recipe.source_sha256:
            return None
        call = partial(_fitted, self._read_source, recipe)
        return await self._loop.run_in_executor(self._pool, call)

    def cancel(self, job_id: int) -> None:
        """Make the job's render raise RenderCancelled; the thread drops it at its next step."""
        for ticket, render in self._renders.items():
            if render.job_id == job_id and not render.outcome.done():
                render.outcome.set_exception(RenderCancelled())
                self._commands.put(partial(Executor.cancel, ticket=ticket))

    async def stop(self, *, grace: float) -> bool:
        """End the thread after the step in hand; False if it still hangs after `grace` seconds."""
        self._stopping.set()
        self._commands.put(None)
        if self._thread.ident is None:
            return True
        try:
            async with asyncio.timeout(grace):
                await self._ended.wait()
                # A thread that is still on its way out when the interpreter ends aborts it.
                await asyncio.to_thread(self._thread.join)
        except TimeoutError:
            _log.error("the step in hand did not end within %s s", grace)
        self._stopped()
        return not self._thread.is_alive()

    def _stopped(self) -> None:
        """Nothing is waited for any more."""
        self._status = EngineStatus("stopped", self._status.model)
        for render in self._renders.values():
            if not render.outcome.done():
                render.outcome.set_exception(EngineStopped())

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException:
            _log.critical("the executor thread ended by an error", exc_info=True)
        finally:
            self._stopping.set()
            # Not before: a step or a load that outlasts its stop may still hand something over.
            self._pool.shutdown(wait=False)
            self._fetchers.shutdown(wait=False, cancel_futures=True)
            self._post(self._has_ended)

    def _serve(self) -> None:
        """The thread: between two steps it looks for commands, and waits for them when idle."""
        fetching = Fetching(self._fetchers, self._fetched)
        executor = Executor(self._factory, self._tell, self._pool, self._tuning, fetching)
        executor.prepare()
        while not self._stopping.is_set():
            self._obey(executor)
            if not executor.idle and not self._stopping.is_set():
                executor.turn()
        executor.halt()

    def _obey(self, executor: Executor) -> None:
        while executor.idle or not self._commands.empty():
            try:
                command = self._commands.get(timeout=executor.patience)
            except queue.Empty:
                executor.prepare()
                continue
            if command is None:
                return
            command(executor)

    def _fetched(self, files: Files) -> None:
        self._commands.put(partial(Executor.fetched, files=files))

    def _has_ended(self) -> None:
        self._ended.set()
        self._stopped()

    def _tell(self, tidings: Tidings) -> None:
        self._post(partial(self._hear, tidings))

    def _post(self, call: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            _log.debug("the event loop is closed; nobody is left to tell")

    def _hear(self, tidings: Tidings) -> None:
        if isinstance(tidings, EngineStatus):
            self._status = tidings if not self._stopping.is_set() else self._status
            return
        render = self._renders.get(tidings.ticket)
        if render is None or render.outcome.done():
            return
        if isinstance(tidings, Waits):
            render.waits_for_files = tidings.for_files
        elif isinstance(tidings, Advanced):
            _pass_on(render, tidings.progress)
        elif isinstance(tidings, Finished):
            render.outcome.set_result(tidings)
        else:
            render.outcome.set_exception(tidings.error)


def _pass_on(render: _Render, progress: Progress) -> None:
    """A preview took its time to be encoded, so it may come behind later steps."""
    if render.latest and render.latest.step > progress.step:
        progress = replace(render.latest, preview_png=progress.preview_png)
    render.latest = progress
    try:
        render.progress(progress)
    except Exception:
        _log.exception("the listener to job %s's progress failed", render.job_id)


def _fitted(read_source: Callable[[str], bytes], recipe: Recipe) -> Pixels:
    file = read_source(recipe.source_sha256)
    try:
        return fitted(file, recipe.width, recipe.height)
    except Refused as error:
        raise RenderError(f"the picture to begin with cannot be read: {error}") from error


async def _encoded(picture: Future[Picture]) -> Picture:
    try:
        return await asyncio.wrap_future(picture)
    except Exception as error:
        raise RenderError(f"a picture could not be written: {error}") from error
