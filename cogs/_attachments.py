"""Files that members attach to a command."""

import asyncio

import aiohttp
import discord

from bot.model.errors import PictureNotFetched, PictureTooLarge
from bot.model.request import SOURCE_BYTES

FETCH_WITHIN = 30.0
"""Seconds."""


async def fetched(attachment: discord.Attachment) -> bytes:
    """An attachment's bytes; raises PictureTooLarge before they are fetched, PictureNotFetched."""
    if attachment.size > SOURCE_BYTES:
        raise PictureTooLarge("bytes", SOURCE_BYTES)
    try:
        async with asyncio.timeout(FETCH_WITHIN):
            return await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PictureNotFetched from error
