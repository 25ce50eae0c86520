"""Which weights are in memory, which are being fetched, and what came of trying either."""

import gc
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor as Pool
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.imaging.painter import Files, Painter, Weights
from bot.model.errors import DeviceLost, ModelLoadFailed
from bot.model.picture import EngineStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetching:
    """Where files are fetched, beside the executor thread."""

    pool: Pool
    over: Callable[[Files], None]
    """Called when a fetch is over, on whatever thread; it has `Loader.end_fetch` called."""


class Loader:
    """Builds the painter and changes its weights, on the executor thread."""

    def __init__(
        self,
        factory: Callable[[], Painter],
        tell: Callable[[EngineStatus], None],
        retry_after: float,
        clock: Callable[[], float],
        fetching: Fetching,
    ) -> None:
        self._factory = factory
        self._tell = tell
        self._retry_after = retry_after
        self._clock = clock
        self._fetching = fetching
        self._painter: Painter | None = None
        self._fetches: dict[Files, tuple[Weights, Future[None]]] = {}
        self._fetched: set[Files] = set()
        """Since they were last loaded."""
        self._failures: dict[Files | None, tuple[float, ModelLoadFailed]] = {}
        """Of the weights' files; None is the painter itself."""
        self.loaded: Weights | None = None
        self.seconds = 0.0
        """What the last load took."""

    def prepare(self) -> None:
        """Load what is drawn with by default, once its files are here.

        A failure is told, and logged; raises DeviceLost.
        """
        try:
            default = self.painter().default
            if self.at_hand(default):
                self.load(default)
        except ModelLoadFailed:
            _log.debug("the engine will try again")

    def painter(self) -> Painter:
        """The painter, built when it is first needed; raises ModelLoadFailed."""
        if self._painter is None:
            with self._trying(None):
                self._painter = self._factory()
        return self._painter

    def at_hand(self, weights: Weights) -> bool:
        """Whether the weights' files are here; if not, they are being fetched from now on.

        Raises ModelLoadFailed where that or loading them came to nothing a short while ago.
        """
        painter = self.painter()
        if weights == self.loaded:
            return True
        self._raise_what_is_known(weights)
        if weights.files not in self._fetched and weights.files not in self._fetches:
            self._begin_fetch(painter, weights)
        return weights.files in self._fetched

    def end_fetch(self, files: Files) -> None:
        """Take note of a fetch that is over; raises ModelLoadFailed if it came to nothing."""
        weights, fetch = self._fetches.pop(files)
        with self._remembering(weights):
            fetch.result()
        self._fetched.add(files)

    def load(self, weights: Weights) -> None:
        """Have these weights in memory; raises ModelLoadFailed, DeviceLost."""
        painter = self.painter()
        if self.loaded == weights:
            return
        self.loaded = None
        began = self._clock()
        self._fetched.discard(weights.files)  # before the next load they are looked for anew
        with self._trying(weights):
            painter.load(weights)
        self.loaded = weights
        self.seconds = self._clock() - began
        _log.info("loaded %s in %.1f s", _named(weights), self.seconds)
        self._tell(EngineStatus("ready", weights.model))

    def settle(self) -> None:
        """Have the device end what was handed to it."""
        self.painter().settle()

    def relieve(self) -> None:
        """Have the painter give back what it can, what was loaded to stay included."""
        gc.unfreeze()
        try:
            self.painter().relieve()
        finally:
            gc.freeze()

    def close(self) -> None:
        """Let go of the painter, if there is one."""
        if self._painter is not None:
            self._painter.close()
            gc.unfreeze()

    def _begin_fetch(self, painter: Painter, weights: Weights) -> None:
        if self.loaded is None and weights == painter.default:
            self._tell(EngineStatus("loading", weights.model))
        fetch = self._fetching.pool.submit(painter.fetch, weights)
        self._fetches[weights.files] = (weights, fetch)
        fetch.add_done_callback(lambda _: self._fetching.over(weights.files))

    @contextmanager
    def _trying(self, weights: Weights | None) -> Iterator[None]:
        """Tell how a load goes, and raise what is remembered of an earlier one."""
        self._raise_what_is_known(weights)
        self._tell(EngineStatus("loading", weights.model if weights else ""))
        gc.unfreeze()  # so that what leaves the memory can be collected
        with self._remembering(weights):
            yield
        self._failures.pop(_files_of(weights), None)
        gc.freeze()  # what was loaded stays, so collections need not look at it again

    def _raise_what_is_known(self, weights: Weights | None) -> None:
        known = self._failures.get(_files_of(weights))
        if known and self._clock() - known[0] < self._retry_after:
            self._tell_failure(weights, known[1])
            raise known[1].with_traceback(None)

    @contextmanager
    def _remembering(self, weights: Weights | None) -> Iterator[None]:
        """A failure is logged once, told, remembered for a while, and raised in our words."""
        key = _files_of(weights)
        known = self._failures.get(key)
        try:
            yield
        except DeviceLost:
            raise  # to be told and remembered by nobody: the process leaves
        except BaseException as error:  # a panic of a library in Rust is no Exception
            failure = _as_load_failure(weights, error)
            if not known or str(known[1]) != str(failure):
                _log.exception("%s", failure)
            self._remember(key, failure)
            self._tell_failure(weights, failure)
            raise failure from None

    def _remember(self, key: Files | None, failure: ModelLoadFailed) -> None:
        now = self._clock()
        old = [one for one, (at, _) in self._failures.items() if now - at >= self._retry_after]
        for one in old:
            del self._failures[one]
        self._failures[key] = (now, failure)

    def _tell_failure(self, weights: Weights | None, failure: ModelLoadFailed) -> None:
        """A model that is not the default one leaves the engine as it is for the others."""
        default = self._painter.default if self._painter else None
        if weights in (None, default):
            self._tell(EngineStatus("failed", failure.model, str(failure)))
        elif default:
            state = "loading" if default.files in self._fetches else "ready"
            self._tell(EngineStatus(state, default.model))


def _files_of(weights: Weights | None) -> Files | None:
    """What decides whether a load fails."""
    return weights.files if weights else None


def _named(weights: Weights) -> str:
    return " + ".join((weights.model, *(f"{one.id}:{one.weight:g}" for one in weights.loras)))


def _as_load_failure(weights: Weights | None, error: BaseException) -> ModelLoadFailed:
    """The error without what its traceback would keep in the device's memory."""
    if isinstance(error, ModelLoadFailed):
        return replace(error)
    return ModelLoadFailed(
        model=weights.model if weights else "the model",
        reason=f"{type(error).__name__}: {error}.",
        advice="The log has the whole story.",
    )
