"""The only place that constructs things; one exit stack closes what was opened."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bot.admission import Admission, QueueRoom
from bot.circuit import InvalidAnswers
from bot.client import ImagineClient, point_at
from bot.control import Control
from bot.delivery import Delivery
from bot.derivation import Derivation
from bot.dispatcher import Dispatcher
from bot.equipment import (
    VERSION,
    Painters,
    device_memory,
    open_engine,
    source_folder,
    step_marker,
)
from bot.forecast import Forecast
from bot.health.measures import Measures
from bot.health.readings import Instruments, Lookout
from bot.health.server import HealthServer
from bot.history import History
from bot.imaging import sdxl
from bot.imaging.engine import Engine
from bot.imaging.fitting import Fitter
from bot.imaging.marker import StepMarker
from bot.imaging.png import require_whole
from bot.imaging.sources import sides_of
from bot.intake import Intake
from bot.leaving import leave_at_once, leave_stuck
from bot.model.checkpoint import Catalogue
from bot.model.keeping import Limits
from bot.model.recipe import SEED_SPACE
from bot.notices import Notices
from bot.patience import Patience
from bot.ports import Clock, Sleep
from bot.storage.backup import Place
from bot.storage.board import JobBoard
from bot.storage.database import Database, open_database
from bot.storage.depth import DepthGauge
from bot.storage.gauge import MEGABYTE, DiskGauge
from bot.storage.holds import QueueHolds
from bot.storage.journal import Journal
from bot.storage.lock import sole_use
from bot.storage.outbox import JobOutbox
from bot.storage.pictures import PictureFolder
from bot.storage.queue import FairQueue
from bot.storage.restore import refuse_half_restored
from bot.storage.storeroom import Storeroom
from bot.storage.unreadable import fail_unreadable
from bot.studio import Studio
from bot.upkeep import Upkeep
from bot.watching.engine import EngineWatch
from bot.watching.gateway import GatewayWatch
from bot.watching.loop import LoopWatch
from bot.watching.storage import StorageWatch
from bot.watching.watchdog import Watchdog
from cogs._buttons import cancel_button
from cogs._courier import DiscordCourier
from cogs._replies import FrontDesk
from cogs.derive import Derive
from cogs.history import PastRequests
from cogs.imagine import Imagine
from cogs.queue import OwnersQueue, WhatWaits
from config.documents import DOCUMENTS, Documents
from config.settings import Settings

DAY, GIGABYTE = 86_400.0, 10**9

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often live lines are edited, how long the client waits for servers at its start.

    `sleep` is what passes the time between two tries of an answer.
    """

    edit_every: float = 3.0
    guild_ready_timeout: float = 2.0
    sleep: Sleep = asyncio.sleep


@asynccontextmanager
async def open_studio(
    settings: Settings,
    *,
    clock: Clock = time.time,
    pace: Pace | None = None,
    painters: Painters = sdxl.painter_factory,
    documents: Documents = DOCUMENTS,
) -> AsyncIterator[Studio]:
    """Construct everything; what was opened is closed in the opposite order."""
    async with AsyncExitStack() as stack:
        place = Place.of(settings.storage.data_dir, settings.storage.database_url)
        await stack.enter_async_context(sole_use(place.folder, place.database))
        await asyncio.to_thread(refuse_half_restored, place)
        database = await stack.enter_async_context(open_database(settings.storage.database_url))
        await fail_unreadable(database, now=clock())
        marker = await asyncio.to_thread(step_marker, settings.storage.data_dir)
        engine, catalogue = await stack.enter_async_context(
            open_engine(settings, marker, painters=painters, documents=documents)
        )
        ground = _Ground(
            settings, database, marker, engine, catalogue, clock=clock, pace=pace or Pace()
        )
        studio = _Stages(ground).studio()
        if studio.health is not None:
            await stack.enter_async_context(studio.health.serving())
        yield studio


def limits_for(settings: Settings) -> Limits:
    """How old and how large what is kept may become; a setting of 0 is without a limit."""
    storage = settings.storage
    return Limits(
        seconds=storage.keep_days * DAY if storage.keep_days else None,
        size=storage.keep_gb * GIGABYTE if storage.keep_gb else None,
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the stages stand on."""

    settings: Settings
    database: Database
    marker: StepMarker
    engine: Engine
    catalogue: Catalogue
    clock: Clock
    pace: Pace


def _random_seed() -> int:
    return secrets.randbelow(SEED_SPACE)


class _Stages:
    """Joins the stages; each line of `studio` is one arrow of the way of a request."""

    def __init__(self, ground: _Ground) -> None:
        settings, database = ground.settings, ground.database
        point_at(settings.discord.api_url, settings.discord.gateway_url)
        self.settings, self.engine, self.marker = settings, ground.engine, ground.marker
        self.catalogue, self.clock, self.pace = ground.catalogue, ground.clock, ground.pace
        self.queue, self.board = FairQueue(database), JobBoard(database)
        self.holds = QueueHolds(database)
        self.outbox, self.journal = JobOutbox(database), Journal(database)
        self.album = PictureFolder(settings.storage.data_dir / "pictures", check=require_whole)
        self.sources = source_folder(settings)
        self.storeroom = Storeroom(database, self.album, self.sources)
        self.disk = DiskGauge(
            settings.storage.data_dir,
            reserve=settings.storage.reserve_mb * MEGABYTE,
            clock=ground.clock,
        )
        self.storage_watch = StorageWatch()
        # A loop that stands is no fault of the job that is being stepped beside it.
        self.loop_watch = LoopWatch(leave=partial(leave_stuck, last=ground.marker.acquit))
        self.depths = DepthGauge(database)
        database.tell(self.storage_watch.hear)
        self.patience = Patience(sleep=ground.pace.sleep)
        self.invalid = InvalidAnswers(clock=time.monotonic)
        self.client = ImagineClient(
            synced=settings.storage.data_dir / "commands.sha256",
            invalid=self.invalid,
            guild_ready_timeout=ground.pace.guild_ready_timeout,
        )

    def studio(self) -> Studio:
        dispatcher = self._dispatcher()
        forecast = self._forecast(dispatcher)
        admission = self._admission(forecast)
        desk = FrontDesk(journal=self.journal, clock=self.clock, patience=self.patience)
        imagine = Imagine(
            desk=desk,
            intake=Intake(shelf=self.sources, inspect=sides_of, catalogue=self.catalogue),
            admission=admission,
            dispatcher=dispatcher,
            catalogue=self.catalogue,
        )
        derive = Derive(desk=desk, derivation=self._derivation(admission))
        button = cancel_button(imagine.cancel_pressed)
        courier = DiscordCourier(
            client=self.client,
            cancel_button=button,
            engine_status=self.engine.status,
            fit=Fitter(),
            quiet=lambda: self.invalid.quiet,
        )
        past = PastRequests(
            desk=desk, history=History(requests=self.board, album=self.album), courier=courier
        )
        control = self._control(forecast, dispatcher)
        queue = [OwnersQueue(desk=desk, control=control), WhatWaits(desk=desk, control=control)]
        self.client.furnish([imagine, derive, past, *queue], [button], desk.stumbled)
        notices = self._notices(courier, forecast)
        delivery = self._delivery(courier, notices)
        admission.tell(notices.follow)
        admission.tell(lambda _job, _place: dispatcher.wake())
        dispatcher.tell_progress(notices.progressed)
        dispatcher.tell_drawn(forecast.drawn)
        dispatcher.tell_moves(notices.moved)
        dispatcher.tell_moves(delivery.wake)
        return Studio(
            client=self.client,
            token=self.settings.discord.token.reveal(),
            admission=admission,
            handlers=desk,
            dispatcher=dispatcher,
            delivery=delivery,
            forecast=forecast,
            notices=notices,
            watchdog=self._watchdog(),
            loop_watch=self.loop_watch,
            health=self._health(dispatcher, delivery),
            upkeep=self._upkeep(),
            acquit=self.marker.acquit,
        )

    def _forecast(self, dispatcher: Dispatcher) -> Forecast:
        return Forecast(
            places=self.board,
            timings=self.board,
            models=self.catalogue.checkpoints,
            in_hand=dispatcher.in_hand,
        )

    def _control(self, forecast: Forecast, dispatcher: Dispatcher) -> Control:
        return Control(
            holds=self.holds,
            forecast=forecast,
            dispatcher=dispatcher,
            owned_by=self.client.owned_by,
            clock=self.clock,
        )

    def _admission(self, forecast: Forecast) -> Admission:
        room = self.settings.queue
        return Admission(
            queue=self.queue,
            forecast=forecast,
            disk=self.disk,
            catalogue=self.catalogue,
            room=QueueRoom(per_member=room.per_member, per_server=room.per_server),
            engine_status=self.engine.status,
            draw_seed=_random_seed,
            clock=self.clock,
        )

    def _derivation(self, admission: Admission) -> Derivation:
        return Derivation(
            archive=self.board,
            album=self.album,
            shelf=self.sources,
            catalogue=self.catalogue,
            admission=admission,
            draw_seed=_random_seed,
        )

    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(
            queue=self.queue,
            board=self.board,
            engine=self.engine,
            album=self.album,
            disk=self.disk,
            marker=self.marker,
            clock=self.clock,
        )

    def _upkeep(self) -> Upkeep:
        return Upkeep(
            tokens=self.journal,
            storeroom=self.storeroom,
            limits=limits_for(self.settings),
            clock=self.clock,
        )

    def _watchdog(self) -> Watchdog:
        return Watchdog(
            engine=EngineWatch(
                marker=self.marker,
                engine_status=self.engine.status,
                step_seconds=self.settings.drawing.step_seconds,
                leave=leave_at_once,
            ),
            gateway=GatewayWatch(
                latencies=self.client.latency_of_shards,
                deaf_seconds=self.settings.discord.deaf_seconds,
            ),
            storage=self.storage_watch,
        )

    def _health(self, dispatcher: Dispatcher, delivery: Delivery) -> HealthServer | None:
        wanted = self.settings.health
        if wanted.port is None:
            return None
        measures = Measures(version=VERSION)
        delivery.tell_answers(measures.answered)
        self.loop_watch.tell(measures.lagged)
        instruments = Instruments(
            engine_status=self.engine.status,
            latencies=self.client.latency_of_shards,
            loop_is_late=lambda: self.loop_watch.is_late,
            database_trouble=lambda: self.storage_watch.trouble,
            depths=self.depths,
            disk=self.disk,
            memory=partial(device_memory, self.settings.drawing.device),
            in_flight=lambda: len(dispatcher.in_hand()),
            invalid_answers=lambda: self.invalid.count,
        )
        return HealthServer(
            lookout=Lookout(instruments), measures=measures, host=wanted.host, port=wanted.port
        )

    def _notices(self, courier: DiscordCourier, forecast: Forecast) -> Notices:
        return Notices(
            board=self.board,
            forecast=forecast,
            noticeboard=courier,
            clock=self.clock,
            spacing=self.pace.edit_every,
        )

    def _delivery(self, courier: DiscordCourier, notices: Notices) -> Delivery:
        return Delivery(
            outbox=self.outbox,
            album=self.album,
            journal=self.journal,
            courier=courier,
            before_answer=notices.finish,
            clock=self.clock,
            patience=self.patience,
        )
