"""The discord.py client: intents, the cogs it was given, and the command tree kept in step."""

import asyncio
import hashlib
import json
import logging
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route

from bot.circuit import CircuitOpen, InvalidAnswers
from bot.model.answer import PERMISSIONS
from bot.model.errors import ConfigurationError, NewProcessNeeded

REFUSED_SIGN_IN = (
    "Discord does not know this DISCORD_TOKEN: copy the bot's token again from the developer "
    "portal (Bot, Reset Token) into .env."
)
REFUSED_LATER = (
    "Discord takes this DISCORD_TOKEN no more: it was reset, or the bot was removed. Copy the new "
    "one from the developer portal into .env and start again; nothing that waits is lost."
)
AUTHENTICATION_FAILED = 4004
"""The gateway's close code for a token that it does not take."""
OTHER_TOKENS = ("/webhooks/", "/interactions/")
"""Routes on which a 401 speaks of an interaction's token and not of the bot's."""

LIMIT_BORNE = 30.0
"""Seconds of a rate limit that discord.py waits out by itself, which is its least; what meets a
longer one is told so, and tried again by whoever asked."""
SYNC_WITHIN = 60.0
"""Seconds for giving Discord the commands."""
DAY_USED_UP = 30034
"""Discord's code for more than two hundred commands made in a day."""

OnStumble = Callable[
    [discord.Interaction, discord.app_commands.AppCommandError], Coroutine[Any, Any, None]
]

log = logging.getLogger(__name__)


def point_at(api_url: str, gateway_url: str) -> None:
    """Send all of discord.py's traffic to these addresses; the API's has its version in the path.

    Must be called before login. Both are class attributes of discord.py, so the whole process
    follows.
    """
    Route.BASE = api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


class ImagineClient(commands.AutoShardedBot):
    """A client that needs the guilds intent alone and syncs commands only when they changed."""

    def __init__(
        self, *, synced: Path, invalid: InvalidAnswers, guild_ready_timeout: float = 2.0
    ) -> None:
        """`synced` is the file that remembers the hash of the commands Discord was last given."""
        # This bot never speaks, so nobody needs to hear which voice libraries are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=guild_ready_timeout,
            max_ratelimit_timeout=LIMIT_BORNE,
            # Webhooks and interactions use the same session, so this sees every answer.
            http_trace=self._tracing(invalid),
        )
        self._synced = synced
        self._token_in_doubt = asyncio.Event()
        self._furniture: tuple[Sequence[commands.Cog], Sequence[type]] = ((), ())
        self._owners: frozenset[int] = frozenset()
        self._welcomed: set[int] = set()

    def furnish(
        self,
        cogs: Sequence[commands.Cog],
        buttons: Sequence[type[discord.ui.DynamicItem[discord.ui.Button]]],
        on_stumble: OnStumble,
    ) -> None:
        """Take in the cogs, the lasting buttons and who answers stray commands, before login."""
        self._furniture = (cogs, buttons)
        self.tree.error(on_stumble)

    async def sign_in(self, token: str) -> None:
        """Log in; raises ConfigurationError if Discord refuses, NewProcessNeeded if it is away."""
        try:
            await self.login(token)
        except discord.LoginFailure as error:
            raise ConfigurationError((REFUSED_SIGN_IN,)) from error
        except (
            discord.HTTPException,
            discord.RateLimited,
            aiohttp.ClientError,
            OSError,
        ) as error:
            raise NewProcessNeeded(
                f"Discord could not be reached: {error}. Check the network and start again."
            ) from error

    async def serve(self) -> None:
        """Hold the gateway until the client is closed.

        Raises ConfigurationError once Discord takes the token no more, and NewProcessNeeded where
        the client gives the gateway up.
        """
        connecting = asyncio.create_task(self._hold_gateway(), name="gateway-client")
        refusal = asyncio.create_task(self._until_refused(), name="token-refusal")
        try:
            await asyncio.wait({connecting, refusal}, return_when=asyncio.FIRST_COMPLETED)
            if refusal.done():
                await refusal
                raise ConfigurationError((REFUSED_LATER,))
            await connecting
        except (ConfigurationError, NewProcessNeeded) as error:
            log.critical("leaving in order: %s", error)
            raise
        finally:
            refusal.cancel()
            connecting.cancel()

    async def _hold_gateway(self) -> None:
        try:
            await self.connect()
        except discord.ConnectionClosed as error:
            if error.code == AUTHENTICATION_FAILED:
                raise ConfigurationError((REFUSED_LATER,)) from error
            raise NewProcessNeeded(f"Discord closed its gateway with code {error.code}.") from error
        except (
            discord.DiscordException,
            ReconnectWebSocket,
            aiohttp.ClientError,
            OSError,
        ) as error:
            raise NewProcessNeeded(f"Discord's gateway was lost: {error!r}.") from error

    async def _until_refused(self) -> None:
        """Return once Discord refuses the token twice: a lone 401 may be a slip of its own."""
        while True:
            await self._token_in_doubt.wait()
            try:
                await self.application_info()
            except discord.HTTPException as error:
                if error.status == 401:
                    return
            except (
                discord.RateLimited,
                aiohttp.ClientError,
                OSError,
                TimeoutError,
            ) as error:
                log.debug("whether the token is still taken cannot be asked: %s", error)
            self._token_in_doubt.clear()

    def _tracing(self, invalid: InvalidAnswers) -> aiohttp.TraceConfig:
        trace = _counting(invalid)
        trace.on_request_end.append(self._answered)
        return trace

    async def _answered(
        self, _session: object, _context: object, answer: aiohttp.TraceRequestEndParams
    ) -> None:
        others = any(route in answer.url.path for route in OTHER_TOKENS)
        if answer.response.status == 401 and not others:
            self._token_in_doubt.set()

    def latency_of_shards(self) -> Mapping[int, float]:
        """Each shard's latency in seconds; infinite where it is not connected.

        A gateway that only answers heartbeats tells of no command: a shard counts as connected
        from READY or RESUMED on. Of those that discord.py has still to launch, one after the other,
        the next one is there too.
        """
        latencies = {
            number: math.inf if shard.is_closed() or number not in self._welcomed else shard.latency
            for number, shard in self.shards.items()
        }
        if len(latencies) < (self.shard_count or 0):
            latencies[len(latencies)] = math.inf
        return latencies

    async def on_shard_connect(self, shard: int) -> None:
        """READY has come for a shard."""
        self._welcomed.add(shard)

    async def on_shard_resumed(self, shard: int) -> None:
        """RESUMED has come for a shard."""
        self._welcomed.add(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        """A shard has lost its connection or its session."""
        self._welcomed.discard(shard)

    async def setup_hook(self) -> None:
        """Put the furniture in place and sync the commands if they changed."""
        self._owners = _owners_of(self.application)
        cogs, buttons = self._furniture
        for cog in cogs:
            await self.add_cog(cog)
        self.add_dynamic_items(*buttons)
        await self._sync()

    def owned_by(self, user_id: int) -> bool:
        """Whether a user owns the application, or has its owner's rights in the team that does.

        It is asked of Discord at sign-in: a change counts from the next start on.
        """
        return user_id in self._owners

    async def on_ready(self) -> None:
        """Say who is on duty, and how to invite it where it is in no server yet."""
        log.info("on duty as %s in %d servers", self.user, len(self.guilds))
        if not self.guilds:
            log.info("invite the bot with %s", invite_url(self.application_id or 0))

    async def _sync(self) -> None:
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps([self.application_id, payload], sort_keys=True)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        if await asyncio.to_thread(_read, self._synced) == fingerprint:
            return
        if not await self._replaced():
            return
        await asyncio.to_thread(_write, self._synced, fingerprint)
        log.info("commands synced: %s", ", ".join(command["name"] for command in payload))

    async def _replaced(self) -> bool:
        """Whether Discord has the commands; what it takes no more of today, the next start brings.

        A bot with yesterday's commands serves better than none.
        """
        try:
            async with asyncio.timeout(SYNC_WITHIN):
                await self.tree.sync()
        except TimeoutError:
            log.error("the commands were not synced within %.0f s", SYNC_WITHIN)
        except discord.RateLimited as error:
            log.error("the commands were not synced: %s", error)
        except discord.HTTPException as error:
            if error.code != DAY_USED_UP:
                raise
            log.error("the commands were not synced: %s", error.text)
        else:
            return True
        return False


def _counting(invalid: InvalidAnswers) -> aiohttp.TraceConfig:
    """Count every answer of the API's, and send nothing while there were too many refusals."""

    async def before(_session: object, _: object, request: aiohttp.TraceRequestStartParams) -> None:
        if _is_api(request.url) and (pause := invalid.pause()):
            raise CircuitOpen(pause)

    async def after(_session: object, _: object, request: aiohttp.TraceRequestEndParams) -> None:
        if _is_api(request.url):
            scope = request.response.headers.get("X-RateLimit-Scope")
            invalid.note(request.response.status, shared=scope == "shared")

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(before)
    trace.on_request_end.append(after)
    return trace


def _is_api(url: yarl.URL) -> bool:
    """Neither the gateway nor files count."""
    return str(url).startswith(Route.BASE)


def invite_url(application_id: int) -> str:
    """The address that invites the bot with exactly the permissions it needs."""
    scopes = ("bot", "applications.commands")
    permissions = discord.Permissions(**dict.fromkeys(PERMISSIONS, True))
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=scopes)


def _read(path: Path) -> str:
    """What was noted; nothing if it cannot be read, since it only spares a request."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        log.warning("%s cannot be written (%s): the next start syncs again", path, error.strerror)


def _owners_of(application: discord.AppInfo | None) -> frozenset[int]:
    """The owner; of a team whoever may change the application: owner, admins, developers."""
    if application is None:
        return frozenset()
    if application.team is None:
        return frozenset({application.owner.id})
    roles = (discord.TeamMemberRole.admin, discord.TeamMemberRole.developer)
    trusted = {
        one.id
        for one in application.team.members
        if one.role in roles and one.membership_state is discord.TeamMembershipState.accepted
    }
    return frozenset(trusted | {application.team.owner_id} - {None})
