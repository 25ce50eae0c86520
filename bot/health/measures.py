"""The figures for Prometheus, in a registry of their own."""

import math

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.health.readings import Readings
from bot.model.summary import Summary

CONTENT_TYPE = CONTENT_TYPE_LATEST
OUTCOMES = ("delivered", "failed", "cancelled")
ENGINE_STATES = ("loading", "ready", "failed", "stopped")
WAITS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
DRAWINGS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0)
LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Measures:
    """Owns the counters and histograms; the gauges are set from each look at the bot."""

    def __init__(self, *, version: str) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        Info("imagine_build", "The bot's version.", registry=self._registry).info(
            {"version": version}
        )
        self._count_jobs()
        self._gauge_queue()
        self._gauge_ground()

    def answered(self, summary: Summary) -> None:
        """Count a job that has its answer."""
        self._answered.labels(summary.outcome, summary.way).inc()
        if summary.failure:
            self._failures.labels(summary.failure).inc()
        if summary.drew is not None:
            self._waits.observe(summary.waited)
            self._drawings.observe(summary.drew)
        self._bytes.inc(summary.bytes)

    def lagged(self, seconds: float) -> None:
        """Count a measured lag of the event loop."""
        self._lags.observe(seconds)

    def page(self, readings: Readings) -> bytes:
        """Everything in Prometheus' text format."""
        self._show_queue(readings)
        self._show_ground(readings)
        return generate_latest(self._registry)

    def _count_jobs(self) -> None:
        registry = self._registry
        self._answered = Counter(
            "imagine_jobs_answered",
            "Requests that have their answer, by what became of them and how it was told.",
            ("outcome", "way"),
            registry=registry,
        )
        for outcome in OUTCOMES:
            self._answered.labels(outcome, "original")
        self._failures = Counter(
            "imagine_jobs_failed",
            "Requests that could not be drawn, by the name of the error.",
            ("failure",),
            registry=registry,
        )
        self._waits = Histogram(
            "imagine_job_wait_seconds",
            "Seconds that a drawn request waited before it was begun.",
            buckets=WAITS,
            registry=registry,
        )
        self._drawings = Histogram(
            "imagine_job_draw_seconds",
            "Seconds that the executor thread drew on a request.",
            buckets=DRAWINGS,
            registry=registry,
        )
        self._bytes = Counter(
            "imagine_picture_bytes", "Bytes of the PNG files that were answered.", registry=registry
        )

    def _gauge_queue(self) -> None:
        registry = self._registry
        self._jobs = Gauge(
            "imagine_jobs",
            "Requests that something is still to be done for: queued, running, or untold.",
            ("state",),
            registry=registry,
        )
        self._in_flight = Gauge(
            "imagine_jobs_in_flight", "Requests on the executor thread.", registry=registry
        )
        self._engine = Gauge(
            "imagine_engine_state",
            "1 for the state that the executor thread is in.",
            ("state",),
            registry=registry,
        )
        self._lags = Histogram(
            "imagine_event_loop_lag_seconds",
            "How late the event loop was, measured four times a second.",
            buckets=LAGS,
            registry=registry,
        )

    def _gauge_ground(self) -> None:
        registry = self._registry
        self._latency = Gauge(
            "imagine_gateway_latency_seconds",
            "Latency of a shard's heartbeat; infinite where it is not connected.",
            ("shard",),
            registry=registry,
        )
        self._invalid = Gauge(
            "imagine_discord_invalid_answers",
            "Answers 401, 403 and 429 of Discord's in the last ten minutes; it bans at 10000.",
            registry=registry,
        )
        self._database = Gauge(
            "imagine_database_up", "1 if the database can be read and written.", registry=registry
        )
        self._disk = Gauge(
            "imagine_disk_bytes",
            "Bytes of the data folder's disk: free, and the reserve that must stay free.",
            ("kind",),
            registry=registry,
        )
        self._memory = Gauge(
            "imagine_device_memory_bytes",
            "Bytes of the graphics card's memory, used by anybody and in all; none without a card.",
            ("kind",),
            registry=registry,
        )

    def _show_queue(self, readings: Readings) -> None:
        for state in ("queued", "running", "untold"):
            count = math.nan if readings.depth is None else getattr(readings.depth, state)
            self._jobs.labels(state).set(count)
        self._in_flight.set(readings.in_flight)
        for state in ENGINE_STATES:
            self._engine.labels(state).set(readings.engine.state == state)

    def _show_ground(self, readings: Readings) -> None:
        for shard, latency in readings.latencies.items():
            self._latency.labels(str(shard)).set(latency)
        self._invalid.set(readings.invalid_answers)
        self._database.set(not readings.database_trouble)
        if readings.disk is not None:
            self._disk.labels("free").set(readings.disk.free)
            self._disk.labels("reserve").set(readings.disk.reserve)
        if readings.memory is not None:
            self._memory.labels("used").set(readings.memory.used)
            self._memory.labels("total").set(readings.memory.total)
