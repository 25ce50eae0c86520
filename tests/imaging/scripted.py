"""A painter without a model: what it does between two steps is the test's to say."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor as Pool
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from bot.imaging.painter import Between, Drawn, Pixels, Step, Weights
from bot.model.picture import Work
from bot.model.recipe import Recipe

Hook = Callable[[Recipe, int], None]


@dataclass
class ScriptedPainter:
    """Draws one grey level, the seed's; hooks may raise or block, and `log` tells the order."""

    on_fetch: Callable[[Weights], None] = lambda weights: None
    on_load: Callable[[Weights], None] = lambda weights: None
    on_step: Hook = lambda recipe, done: None
    on_preview: Callable[[Recipe], None] = lambda recipe: None
    on_settle: Callable[[], None] = lambda: None
    on_relieve: Callable[[], None] = lambda: None
    on_decode: Callable[[Recipe], None] = lambda recipe: None
    hashes: Callable[[Recipe], Sequence[Future[str]]] = lambda recipe: ()
    log: list[tuple[str, object]] = field(default_factory=list)
    default: Weights = field(default_factory=lambda: Weights("starter"))

    def fetch(self, weights: Weights) -> None:
        """Have the weights' files here; not in the log, for it happens beside it."""
        self.on_fetch(weights)

    def load(self, weights: Weights) -> None:
        """Have the weights ready."""
        self.log.append(("load", weights.model))
        self.on_load(weights)

    def draw(self, recipe: Recipe, between: Between, source: Pixels | None = None) -> Drawn:
        """One pass a step."""
        for done in range(1, recipe.steps + 1):
            self.on_step(recipe, done)
            self.log.append(("step", recipe.seed))
            between(Step(done, recipe.steps, lambda: self._preview(recipe)))
        self.log.append(("decode", recipe.seed))
        self.on_decode(recipe)
        hashes = self.hashes(recipe)

        def completed() -> Recipe:
            sha256 = "".join(one.result() for one in hashes)
            return replace(recipe, device="scripted", model_sha256=sha256)

        return Drawn(_grey(recipe), completed, hashes)

    def settle(self) -> None:
        """Nothing is under way; not in the log, for no step comes of it."""
        self.on_settle()

    def relieve(self) -> None:
        """Nothing is kept."""
        self.log.append(("relieve", None))
        self.on_relieve()

    def close(self) -> None:
        """The last call."""
        self.log.append(("close", None))

    def _preview(self, recipe: Recipe) -> Pixels:
        self.on_preview(recipe)
        return _grey(recipe)

    def steps(self) -> list[object]:
        """The seeds in the order of the steps."""
        return [seed for kind, seed in self.log if kind == "step"]


def _grey(recipe: Recipe) -> Pixels:
    level = recipe.seed % 256
    return Pixels(2, 2, bytes([level] * 12))


def recipe(seed: int = 7, *, steps: int = 3, model: str = "starter", **rest: object) -> Recipe:
    """A recipe whose seed is its name in the painter's log."""
    values = {
        "prompt": "a lighthouse",
        "negative_prompt": "",
        "width": 128,
        "height": 128,
        "guidance_scale": 1.0,
        "scheduler": "EulerDiscreteScheduler",
    }
    return Recipe(seed=seed, steps=steps, model=model, **{**values, **rest})


def work(job_id: int, *recipes: Recipe, user_id: int | None = None, weight: float = 1.0) -> Work:
    """A job of a member of its own, unless said."""
    return Work(job_id, job_id if user_id is None else user_id, weight, recipes)


class InlinePool(Pool):
    """Does at once what it is given."""

    def submit(self, call, /, *arguments, **keywords):
        """The call's outcome as a future that is done."""
        future: Future = Future()
        try:
            future.set_result(call(*arguments, **keywords))
        except Exception as error:
            future.set_exception(error)
        return future


class HandPool(Pool):
    """Does what it is given when it is told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, call, /, *arguments, **keywords):
        """A future that waits for `do_next`."""
        future: Future = Future()
        self.waiting.append((future, lambda: call(*arguments, **keywords)))
        return future

    def do_next(self):
        """Do what was given first."""
        future, call = self.waiting.pop(0)
        try:
            outcome = call()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(outcome)
