"""How much room the disk has."""

import logging
from pathlib import Path

import pytest

from bot.model.errors import StorageError
from bot.storage.gauge import FRESH_FOR, DiskGauge
from tests.stand_ins import HandClock


class Gauge:
    """A gauge on a disk that has what the test says."""

    def __init__(self) -> None:
        self.free, self.looks, self.clock = 500, 0, HandClock()
        self.gauge = DiskGauge(Path("data"), reserve=300, clock=self.clock, measure=self._measure)

    def _measure(self, _folder: Path) -> int:
        self.looks += 1
        return self.free

    async def later(self, free: int, seconds: float = FRESH_FOR) -> bool:
        """Whether there is enough room, `seconds` later and with so much of it."""
        self.free = free
        self.clock.now += seconds
        return (await self.gauge.room()).is_enough


async def test_a_real_disk_has_some_room(tmp_path: Path) -> None:
    room = await DiskGauge(tmp_path, reserve=1, clock=HandClock()).room()
    assert room.is_enough
    assert room.free > 1


async def test_room_is_enough_down_to_the_reserve_and_not_below() -> None:
    gauge = Gauge()
    assert [await gauge.later(free) for free in (301, 300, 299, 0, 300)] == [
        *(True, True, False, False, True)
    ]


async def test_a_measurement_stands_for_some_seconds_and_for_none_if_the_clock_goes_back() -> None:
    gauge = Gauge()
    assert await gauge.later(500)
    assert await gauge.later(0, seconds=FRESH_FOR / 2)
    assert gauge.looks == 1
    assert not await gauge.later(0, seconds=-3600.0)
    assert not await gauge.later(500, seconds=FRESH_FOR / 2)
    assert await gauge.later(500)


async def test_the_log_tells_once_that_room_is_short_and_once_that_it_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gauge = Gauge()
    with caplog.at_level(logging.INFO):
        for free in (500, 100, 50, 100, 400, 500):
            await gauge.later(free)
    assert [record.getMessage() for record in caplog.records] == [
        "the disk of data is full: nothing is accepted or begun until there is room",
        "the disk of data has room again",
    ]


async def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        await DiskGauge(tmp_path / "gone", reserve=1, clock=HandClock()).room()
