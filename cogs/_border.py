"""The border where discord.py's and the network's errors become the project's own."""

import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.circuit import CircuitOpen
from bot.model.errors import DeliveryInterrupted, DeliveryRefused

TOO_LARGE = 40005
NO_CODE = 0
"""discord.py's code of an answer that names none of Discord's: a proxy's, or a wrong bot token."""
READERS = {"discord.webhook.async_": 429, "discord.interactions": 200}
"""Modules of discord.py that look for JSON in a limit and in an acknowledgement's answer."""
SESSIONS = "aiohttp.client"
MANY_OLD_EDITS = 30046
"""A 429 that no waiting helps: the message is too old to be edited as often as that."""


class UploadTooLarge(DeliveryRefused):
    """The place takes no files of that size."""


class SessionClosed(DeliveryInterrupted):
    """The bot is leaving: this process sends nothing more."""


@contextmanager
def border() -> Iterator[None]:
    """Raise DeliveryRefused or DeliveryInterrupted in the stead of every foreign error inside."""
    try:
        yield
    except discord.RateLimited as error:
        raise DeliveryInterrupted(str(error), retry_after=error.retry_after, status=429) from error
    except discord.HTTPException as error:
        raise _of_answer(error) from error
    except CircuitOpen as error:
        raise DeliveryInterrupted(str(error), retry_after=error.retry_after) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise DeliveryInterrupted(f"Discord could not be reached: {error}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        # discord.py reads an answer before it looks at its status, and a proxy's may be no JSON
        # though it says so, or no UTF-8.
        raise DeliveryInterrupted(f"Discord's answer could not be read: {error}") from error
    except (TypeError, KeyError) as error:
        # A proxy's answer is a page of HTML, whatever its status says.
        if (status := READERS.get(_raiser(error))) is None:
            raise
        raise DeliveryInterrupted("Discord's answer held no JSON", status=status) from error
    except RuntimeError as error:
        if _raiser(error) != SESSIONS:
            raise
        raise SessionClosed("the bot is leaving, so nothing is sent") from error


def _raiser(error: BaseException) -> str:
    """The module whose line raised it."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__"))


def _of_answer(error: discord.HTTPException) -> DeliveryRefused | DeliveryInterrupted:
    if error.status == 413 or error.code == TOO_LARGE:
        return UploadTooLarge(error.code, error.text, error.status)
    if _passes(error):
        what = f"Discord answered {error.status}"
        return DeliveryInterrupted(what, _asked_by(error.response), error.status)
    return DeliveryRefused(error.code, error.text, error.status)


def _passes(error: discord.HTTPException) -> bool:
    """Whether it says nothing of the place: a limit, an outage, a proxy, the bot's own token."""
    if error.status == 429:
        return error.code != MANY_OLD_EDITS
    return error.status >= 500 or (error.status in (401, 403) and error.code == NO_CODE)


def _asked_by(response: object) -> float | None:
    """The pause in an answer's Retry-After, if it has one."""
    headers = getattr(response, "headers", {})
    try:
        return float(headers.get("Retry-After", ""))
    except ValueError:
        return None
