"""How the sandbox's own routes answer: JSON, and a sentence where something cannot be done."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.errors import ApiError, ClientRefusal
from bot.sandbox.payloads import MOST_REQUEST
from bot.sandbox.replies import NotAnswered

Handler = Callable[[web.Request], Awaitable[Any]]


def answering(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Turn a handler's value into JSON, and refusals into sentences with their status."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except (ClientRefusal, ApiError) as error:
            return _refusal(422, error)
        except web.HTTPRequestEntityTooLarge:
            most = f"{MOST_REQUEST / 2**20:g} MiB"
            return _refusal(
                413, ClientRefusal(f"This is too large: all files together may have {most}.")
            )
        except (NotAnswered, TimeoutError) as error:
            return _refusal(504, error)
        except (LookupError, ValueError, TypeError) as error:
            return _refusal(400, error)

    return answer


def _refusal(status: int, error: BaseException) -> web.Response:
    text = str(error) or type(error).__name__
    body = json.dumps({"error": type(error).__name__, "message": text})
    return web.Response(status=status, text=body, content_type="application/json")
