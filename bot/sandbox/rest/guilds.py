"""Guilds with their channels, roles and members, for reading."""

from bot.sandbox import wire
from bot.sandbox.errors import ApiError
from bot.sandbox.rest.router import Call, Reply, Route
from bot.sandbox.sessions import Intent
from bot.sandbox.world import Guild, World

GUILD = "/guilds/{guild_id}"


class GuildRoutes:
    """The routes of guilds and of users."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The operations of this group."""
        return [
            Route("GET", GUILD, self._get),
            Route("GET", GUILD + "/channels", self._get_channels),
            Route("GET", GUILD + "/roles", self._get_roles),
            Route("GET", GUILD + "/roles/{role_id}", self._get_role),
            Route("GET", GUILD + "/members", self._list_members),
            Route("GET", GUILD + "/members/{user_id}", self._get_member),
            Route("GET", GUILD + "/threads/active", self._get_threads),
            Route("GET", "/users/{user_id}", self._get_user),
        ]

    def _guild(self, call: Call) -> Guild:
        guild = self._world.guilds.get(call.id("guild_id"))
        if guild is None:
            raise ApiError(10004)
        return guild

    def _get(self, call: Call) -> Reply:
        guild = self._guild(call)
        body = wire.guild(guild)
        if call.query.get("with_counts", "").lower() in ("1", "true"):
            body["approximate_member_count"] = len(guild.members)
            body["approximate_presence_count"] = len(guild.members)
        return Reply(body)

    def _get_channels(self, call: Call) -> Reply:
        channels = self._guild(call).channels.values()
        return Reply([wire.channel(each) for each in channels if not each.is_thread])

    def _get_threads(self, call: Call) -> Reply:
        threads = [each for each in self._guild(call).channels.values() if each.is_thread]
        return Reply(
            {"threads": [wire.channel(each) for each in threads], "members": [], "has_more": False}
        )

    def _get_roles(self, call: Call) -> Reply:
        return Reply([wire.role(each) for each in self._guild(call).roles.values()])

    def _get_role(self, call: Call) -> Reply:
        role = self._guild(call).roles.get(call.id("role_id"))
        if role is None:
            raise ApiError(10011)
        return Reply(wire.role(role))

    def _list_members(self, call: Call) -> Reply:
        guild = self._guild(call)
        if not self._world.privileged_intents & Intent.GUILD_MEMBERS:
            raise ApiError(50001)
        after, limit = call.number("after", 0), call.number("limit", 1)
        found = [each for each in sorted(guild.members) if each > after]
        return Reply([wire.member(guild.members[each]) for each in found[:limit]])

    def _get_member(self, call: Call) -> Reply:
        member = self._guild(call).members.get(call.id("user_id"))
        if member is None:
            raise ApiError(10007)
        return Reply(wire.member(member))

    def _get_user(self, call: Call) -> Reply:
        user = self._world.users.get(call.id("user_id"))
        if user is None:
            raise ApiError(10013)
        return Reply(wire.user(user))
