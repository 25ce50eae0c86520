"""The whole bot in this process, against a Discord of its own and with the shipped checkpoint."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bot.sandbox.members import ActingMember
from bot.sandbox.replies import Reply
from bot.sandbox.server import Sandbox
from bot.sandbox.snapshot import File, Snapshot
from bot.studio import Studio
from bot.wiring import Pace, open_studio
from config.documents import DOCUMENTS, Documents
from config.settings import Settings, read_settings


async def no_time(_seconds: float) -> None:
    """A pause between two tries that lets others have their turn and takes no longer."""
    await asyncio.sleep(0)


QUICK = Pace(edit_every=0.05, guild_ready_timeout=0.1, sleep=no_time)


@dataclass
class House:
    """A sandbox and the bot that is signed in to it."""

    sandbox: Sandbox
    studio: Studio

    def member(self, name: str = "member", channel: str = "general") -> ActingMember:
        """A member in a channel."""
        return self.sandbox.acting(name, channel)

    async def imagine(self, prompt: str = "a red apple", **options: Any) -> Reply:
        """The default member's /imagine, few steps unless said otherwise."""
        reply = await self.member().slash("imagine", prompt=prompt, **{"steps": 2, **options})
        return await reply.acknowledged()

    def picture(self, file: File) -> Image.Image:
        """An attachment, opened."""
        return Image.open(BytesIO(self.sandbox.attachment_bytes(file)))

    def recipe(self, file: File) -> dict[str, Any]:
        """The recipe in an attachment."""
        return json.loads(self.picture(file).text["recipe"])


def settings_for(sandbox: Sandbox, folder: Path, **changes: str) -> Settings:
    """Settings that point at the sandbox and keep everything in a folder."""
    return read_settings(
        {
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_URL": sandbox.api_url,
            "DISCORD_GATEWAY_URL": sandbox.gateway_url,
            "DATA_DIR": str(folder),
            "DEVICE": "cpu",
            **changes,
        }
    )


@asynccontextmanager
async def serving(
    sandbox: Sandbox,
    folder: Path,
    *,
    pace: Pace = QUICK,
    documents: Documents = DOCUMENTS,
    **changes: str,
) -> AsyncIterator[House]:
    """The bot on duty in a sandbox, with the sandbox's clock; stopped in order at the end."""
    settings = settings_for(sandbox, folder, **changes)
    async with open_studio(
        settings, clock=sandbox.clock.now, pace=pace, documents=documents
    ) as studio:
        stop = asyncio.Event()
        task = asyncio.create_task(studio.run(stop))
        try:
            await sandbox.wait_for_bot()
            yield House(sandbox, studio)
        finally:
            stop.set()
            await task
    await sandbox.wait_for_departure()
    await asyncio.to_thread(join_executors)


def join_executors() -> None:
    """Wait for the threads of bots that have stopped: one may still be loading its model."""
    for thread in threading.enumerate():
        if thread.name == "gpu-executor":
            thread.join(60)


def is_final(message: Snapshot) -> bool:
    """Whether a message of the bot is an answer that stays."""
    return not message.thinking and not message.controls()


async def answer_to(reply: Reply) -> Snapshot:
    """The final answer."""
    return await reply.until(is_final, timeout=120)
