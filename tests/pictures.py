"""Takes the documents' pictures from the sandbox's page, in which the real bot has drawn."""

import asyncio
import io
import re
import signal
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from bot.sandbox.remote import RemoteSandbox
from tests.browser import MISSING, Windows, chromium, launched
from tests.flow.house import is_final
from tests.flow.processes import PROJECT, process

FOLDER = PROJECT / "docs"
DESK, BEHIND, PHONE = "sandbox.png", "sandbox-inspector.png", "sandbox-phone.png"
PICTURES = (DESK, BEHIND, PHONE)
"""Every picture that this makes."""
MOST_BYTES = 300_000
PATIENCE = 60_000
STORY = (
    ("patron", "two penguins in the snow", {"seed": 11, "count": 2}, "Lovely! Now *I* want one."),
    ("member", "an astronaut riding a green horse", {"seed": 7}, ""),
)
"""Who asks for what, and what is said to it."""
IMAGES = 3


async def take(folder: Path = FOLDER) -> None:
    """Start the sandbox, have the images drawn, and write the pictures into a folder."""
    path = chromium()
    if path is None:
        sys.exit(MISSING)
    async with _sandbox() as url, RemoteSandbox(url) as sandbox, launched(path) as browser:
        await sandbox.wait_for_bot(120)
        await _tell(sandbox)
        windows = Windows(browser, url)
        _keep(folder / DESK, await _desk(windows))
        _keep(folder / BEHIND, await _behind(windows))
        _keep(folder / PHONE, await _phone(windows))
        await windows.close()


async def _tell(sandbox: RemoteSandbox) -> None:
    """Let the story happen."""
    for user, prompt, options, said in STORY:
        member = sandbox.acting(user, "general")
        reply = await member.slash("imagine", prompt=prompt, **options)
        await reply.until(is_final, 120)
        if said:
            await sandbox.acting("member", "general").say(said)


@asynccontextmanager
async def _sandbox():
    """The address of a sandbox in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = ("sandbox", "--port", "0", "--no-browser", "--device", "cpu")
        async with process(*command, folder=Path(folder)) as discord:
            await discord.until("open to this computer alone")
            yield re.findall(r"http://127\.0\.0\.1:\d+", discord.said())[0]
            await discord.stopped(signal.SIGTERM)


async def _desk(windows: Windows) -> bytes:
    """A wide window in the dark, with a command half written below a finished image."""
    page = await windows.open("newcomer", width=1280, height=900, color_scheme="dark")
    await _stand_still(page)
    await page.get_by_role("textbox", name="Message").press_sequentially("/imagine ")
    await page.keyboard.type("three red balloons on a beach")
    return await page.screenshot()


async def _behind(windows: Windows) -> bytes:
    """The same in daylight, with the inspector open."""
    page = await windows.open("moderator", width=1280, height=900, color_scheme="light")
    await _stand_still(page)
    await page.keyboard.press("Alt+i")
    await page.get_by_text("PATCH").first.wait_for()
    return await page.screenshot()


async def _phone(windows: Windows) -> bytes:
    """A phone in daylight."""
    page = await windows.open(
        "patron", width=390, height=760, color_scheme="light", device_scale_factor=2
    )
    await _stand_still(page)
    return await page.screenshot()


async def _stand_still(page: Page) -> None:
    """Wait until every image is there."""
    drawn = page.get_by_role("img", name="AI-generated image")
    await expect(drawn).to_have_count(IMAGES, timeout=PATIENCE)
    await page.wait_for_function("[...document.images].every((image) => image.complete)")


def _keep(file: Path, picture: bytes) -> None:
    """Write a picture as small as it is without a loss."""
    drawn = Image.open(io.BytesIO(picture)).convert("RGB")
    drawn.save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file}: {drawn.width}×{drawn.height}, {size:,} bytes")
    if size > MOST_BYTES:
        sys.exit(f"{file} is larger than {MOST_BYTES:,} bytes.")


if __name__ == "__main__":
    asyncio.run(take())
