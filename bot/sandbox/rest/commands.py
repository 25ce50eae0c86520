"""Registering commands, globally and for one guild."""

from bot.sandbox.commands import Commands
from bot.sandbox.errors import ApiError
from bot.sandbox.events import Events
from bot.sandbox.form import Form
from bot.sandbox.rest.router import NOTHING, Call, Reply, Route
from bot.sandbox.world import World

GLOBAL = "/applications/{application_id}/commands"
GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


class CommandRoutes:
    """The routes of the command tree."""

    def __init__(self, world: World, commands: Commands, events: Events) -> None:
        self._world = world
        self._commands = commands
        self._events = events

    def routes(self) -> list[Route]:
        """The operations of this group."""
        return [
            route
            for base in (GLOBAL, GUILD)
            for route in (
                Route("GET", base, self._list),
                Route("PUT", base, self._replace),
                Route("POST", base, self._create),
                Route("GET", base + "/{command_id}", self._get),
                Route("PATCH", base + "/{command_id}", self._change),
                Route("DELETE", base + "/{command_id}", self._delete),
            )
        ]

    def _scope(self, call: Call) -> int | None:
        """The guild, or none for global; only for the bot's own application."""
        if call.id("application_id") != self._world.application_id:
            raise ApiError(20012)
        if "guild_id" not in call.parameters:
            return None
        if call.id("guild_id") not in self._world.guilds:
            raise ApiError(50001)
        return call.id("guild_id")

    def _list(self, call: Call) -> Reply:
        return Reply(self._commands.listed(self._scope(call)))

    def _replace(self, call: Call) -> Reply:
        scope, form = self._scope(call), Form()
        given = form.count((), call.body, 130)
        form.close()
        made = self._commands.replace(scope, given)
        self._events.publish("commands.synced", scope)
        return Reply(made)

    def _create(self, call: Call) -> Reply:
        made, fresh = self._commands.put(self._scope(call), call.fields())
        self._events.publish("commands.synced", self._scope(call))
        return Reply(made, 201 if fresh else 200)

    def _get(self, call: Call) -> Reply:
        return Reply(self._commands.get(self._scope(call), call.id("command_id")))

    def _change(self, call: Call) -> Reply:
        scope = self._scope(call)
        changed = self._commands.change(scope, call.id("command_id"), call.fields())
        self._events.publish("commands.synced", scope)
        return Reply(changed)

    def _delete(self, call: Call) -> Reply:
        self._commands.remove(self._scope(call), call.id("command_id"))
        self._events.publish("commands.synced", self._scope(call))
        return NOTHING
