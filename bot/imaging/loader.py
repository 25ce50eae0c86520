"""Which weights are in memory, and what came of trying to load them."""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.imaging.painter import Painter, Weights
from bot.model.errors import ModelLoadFailed
from bot.model.picture import EngineStatus

_log = logging.getLogger(__name__)

_Loaded = tuple[str, ...] | None
"""The names of a model and its LoRAs; None is the painter itself."""


class Loader:
    """Builds the painter and changes its weights, on the executor thread."""

    def __init__(
        self,
        factory: Callable[[], Painter],
        tell: Callable[[EngineStatus], None],
        retry_after: float,
        clock: Callable[[], float],
    ) -> None:
        self._factory = factory
        self._tell = tell
        self._retry_after = retry_after
        self._clock = clock
        self._painter: Painter | None = None
        self._failures: dict[_Loaded, tuple[float, ModelLoadFailed]] = {}
        self.loaded: Weights | None = None
        self.seconds = 0.0
        """What the last load took."""

    def prepare(self) -> None:
        """Load what is drawn with by default; a failure is told, and logged."""
        try:
            self.load(self.painter().default)
        except ModelLoadFailed:
            _log.debug("the engine will try again")

    def painter(self) -> Painter:
        """The painter, built when it is first needed; raises ModelLoadFailed."""
        if self._painter is None:
            with self._trying(None):
                self._painter = self._factory()
        return self._painter

    def load(self, weights: Weights) -> None:
        """Have these weights in memory; raises ModelLoadFailed."""
        painter = self.painter()
        if self.loaded == weights:
            return
        self.loaded = None
        began = self._clock()
        with self._trying(weights):
            painter.load(weights)
        self.loaded = weights
        self.seconds = self._clock() - began
        _log.info("loaded %s in %.1f s", _named(weights), self.seconds)
        self._tell(EngineStatus("ready", weights.model))

    def close(self) -> None:
        """Let go of the painter, if there is one."""
        if self._painter is not None:
            self._painter.close()
            gc.unfreeze()

    @contextmanager
    def _trying(self, weights: Weights | None) -> Iterator[None]:
        """Tell how a load goes, remember that it failed, and raise what is remembered."""
        key, known = _files_of(weights), self._failures.get(_files_of(weights))
        if known and self._clock() - known[0] < self._retry_after:
            self._tell_failure(weights, known[1])
            raise known[1].with_traceback(None)
        self._tell(EngineStatus("loading", weights.model if weights else ""))
        gc.unfreeze()  # so that what leaves the memory can be collected
        try:
            yield
        except Exception as error:
            failure = _as_load_failure(weights, error)
            if not known or str(known[1]) != str(failure):
                _log.exception("%s", failure)
            self._remember(key, failure)
            self._tell_failure(weights, failure)
            raise failure from None
        self._failures.pop(key, None)
        gc.freeze()  # what was loaded stays, so collections need not look at it again

    def _remember(self, key: _Loaded, failure: ModelLoadFailed) -> None:
        now = self._clock()
        old = [one for one, (at, _) in self._failures.items() if now - at >= self._retry_after]
        for one in old:
            del self._failures[one]
        self._failures[key] = (now, failure)

    def _tell_failure(self, weights: Weights | None, failure: ModelLoadFailed) -> None:
        """A model that is not the default one leaves the engine ready for the others."""
        default = self._painter.default if self._painter else None
        if weights in (None, default):
            self._tell(EngineStatus("failed", failure.model, str(failure)))
        elif default:
            self._tell(EngineStatus("ready", default.model))


def _files_of(weights: Weights | None) -> _Loaded:
    """What decides whether a load fails: the files, and not how much of each is mixed in."""
    return (weights.model, *sorted(one.id for one in weights.loras)) if weights else None


def _named(weights: Weights) -> str:
    return " + ".join((weights.model, *(f"{one.id}:{one.weight:g}" for one in weights.loras)))


def _as_load_failure(weights: Weights | None, error: Exception) -> ModelLoadFailed:
    """The error without what its traceback would keep in the device's memory."""
    if isinstance(error, ModelLoadFailed):
        return replace(error)
    return ModelLoadFailed(
        model=weights.model if weights else "the model",
        reason=f"{type(error).__name__}: {error}.",
        advice="The log has the whole story.",
    )
