"""What comes up in the bad weather of a chaos run does what it is called."""

import aiohttp

from bot.sandbox.faults import LATE, FaultKind
from tests.flow.chaos.weather import Weather

REQUESTS = 200


async def test_every_kind_of_fault_comes_up_and_the_late_ones_take_their_time(sandbox):
    weather, rules = Weather(sandbox, 4, lambda: 1), []
    weather.begin()
    async with aiohttp.ClientSession() as http:
        for _ in range(REQUESTS):
            async with http.get(f"{sandbox.api_url}/gateway"):
                rules += sandbox.faults.rules
                sandbox.faults.clear()
    weather.calm()
    assert {rule.kind for rule in rules} == set(FaultKind)
    assert all(rule.delay > 0 for rule in rules if rule.kind in LATE)


async def test_nothing_is_refused_whose_answer_was_lost_before(sandbox):
    weather = Weather(sandbox, 4, lambda: 1)
    for _ in range(2):
        weather.lose_answers(2)
        weather.refuse_a_post()
    channel = next(iter(next(iter(sandbox.world.guilds.values())).channels))
    path = f"/channels/{channel}/messages"
    met = [sandbox.faults.take("POST", path) for _ in range(6)]
    assert [fault and fault.status for fault in met] == [403, 502, 502, 502, 502, None]
