"""One job on the executor thread: its greenlet, and how far it is."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from greenlet import getcurrent, greenlet

from bot.imaging.painter import Drawn, Painter, Pixels, Step, Weights
from bot.model.fairness import InFlight, cost_beside, cost_of, cost_of_a_pass
from bot.model.picture import Picture, Progress, Work
from bot.model.recipe import Recipe

Encode = Callable[[Drawn], Future[Picture]]


class Drawing:
    """A job in flight; only the executor thread touches it."""

    def __init__(
        self, ticket: int, work: Work, encode: Encode, source: Pixels | None = None
    ) -> None:
        self.ticket = ticket
        self.work = work
        self.weights = Weights.of(work.recipes[0])
        """What it draws with."""
        self.pictures: list[Future[Picture]] = []
        self.step: Step | None = None
        """The step at whose end it stands; None before the first one of an image."""
        self.seconds = 0.0
        """What the thread has spent on it."""
        self.tiled = False
        self.fetched = False
        """Whether the files of its weights are on this computer."""
        self._encode = encode
        self._source = source
        # Images of a job cost the same; the choice between two steps asks for it all the time.
        self._cost = cost_of(work.recipes[0], len(work.recipes))
        self._cost_of_a_pass = cost_of_a_pass(work.recipes[0])
        self._cost_beside = cost_beside(work.recipes[0])
        self._served = 0.0
        self._greenlet: greenlet | None = None
        self._first: tuple[float, int] | None = None

    @property
    def over(self) -> bool:
        """Whether all its images are drawn."""
        return len(self.pictures) == len(self.work.recipes)

    def seen(self) -> InFlight:
        """What the choice between two steps looks at."""
        return InFlight(
            job_id=self.ticket,
            user_id=self.work.user_id,
            remaining=max(0.0, self._cost - self._served),
            weights=self.weights,
            started=self._greenlet is not None,
        )

    def advance(self, painter: Painter) -> float:
        """Draw until a step ends, or an image; the cost that was served; raises what it raises."""
        if self._greenlet is None:
            self._greenlet = greenlet(self._draw)
        self._greenlet.switch(painter, getcurrent())
        cost = self._cost_of_a_pass if self.step else self._cost_beside
        self._served += cost
        return cost

    def end(self, reason: Exception) -> None:
        """End it where it stands: what it was calling sees `reason` raised, and unwinds."""
        if self._greenlet is None or self._greenlet.dead:
            return
        try:
            self._greenlet.throw(reason)
        except BaseException as error:
            error.__traceback__ = None

    def begin_again_tiled(self) -> None:
        """Draw the image in hand again from its start, with VAE tiling."""
        self.tiled = True
        self.step = None
        self._greenlet = None

    def progress(self, now: float) -> Progress:
        """How far it is, and the seconds left at the pace so far, waiting for others included."""
        of = self.step.of if self.step else self._recipe.passes
        steps = of * len(self.work.recipes)
        done = of * len(self.pictures) + (self.step.done if self.step else 0)
        return Progress(
            job_id=self.work.job_id,
            step=done,
            steps=steps,
            image=min(len(self.pictures) + 1, len(self.work.recipes)),
            images=len(self.work.recipes),
            seconds_left=self._seconds_left(now, done, steps),
        )

    def _seconds_left(self, now: float, done: int, steps: int) -> float | None:
        if self._first is None:
            self._first = (now, done)
        began, already = self._first
        return (now - began) / (done - already) * (steps - done) if done > already else None

    @property
    def _recipe(self) -> Recipe:
        recipe = self.work.recipes[min(len(self.pictures), len(self.work.recipes) - 1)]
        return replace(recipe, vae_tiling=True) if self.tiled else recipe

    def _draw(self, painter: Painter, executor: greenlet) -> None:
        def between(step: Step) -> None:
            self.step = step
            executor.switch()

        while not self.over:
            drawn = painter.draw(self._recipe, between, self._source)
            self.step = None
            self.pictures.append(self._encode(drawn))
            if not self.over:
                executor.switch()
