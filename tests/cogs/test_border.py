"""What counts as trouble with Discord, and what does not."""

import aiohttp
import pytest

from cogs._border import SessionClosed, border


@pytest.mark.parametrize("mistake", [TypeError, KeyError, RuntimeError])
def test_a_mistake_of_the_bots_own_is_no_trouble_of_discords(mistake):
    with pytest.raises(mistake), border():
        raise mistake


async def test_a_session_that_is_closed_is_known_for_the_bots_leaving():
    async with aiohttp.ClientSession() as session:
        pass
    with pytest.raises(SessionClosed), border():
        await session.get("http://127.0.0.1:9/")
