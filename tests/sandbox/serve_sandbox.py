"""A sandbox as a process of its own, for the tests: prints its address and waits."""

import asyncio
import json

from bot.sandbox.server import Sandbox
from bot.sandbox.serving import serve


def tell(sandbox: Sandbox) -> None:
    print(json.dumps({"url": sandbox.url, "token": sandbox.token}), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(started=tell))
