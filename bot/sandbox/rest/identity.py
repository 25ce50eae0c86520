"""Who the bot is and where its gateway is."""

from bot.sandbox import wire
from bot.sandbox.gateway import Gateway
from bot.sandbox.rest.router import Call, Json, Reply, Route
from bot.sandbox.world import User, World


class Identity:
    """The routes of the application and its user."""

    def __init__(self, world: World, gateway: Gateway, shards: int) -> None:
        self._world = world
        self._gateway = gateway
        self._shards = shards

    def routes(self) -> list[Route]:
        """The operations of this group."""
        return [
            Route("GET", "/gateway", self._get_gateway, needs_token=False),
            Route("GET", "/gateway/bot", self._get_gateway_bot),
            Route("GET", "/users/@me", self._get_me),
            Route("GET", "/users/@me/guilds", self._get_guilds),
            Route("GET", "/oauth2/applications/@me", self._get_application),
            Route("GET", "/applications/@me", self._get_application),
        ]

    def _get_gateway(self, _: Call) -> Reply:
        return Reply({"url": self._gateway.main.url})

    def _get_gateway_bot(self, _: Call) -> Reply:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        body = {"url": self._gateway.main.url, "shards": self._shards, "session_start_limit": limit}
        return Reply(body)

    def _get_me(self, _: Call) -> Reply:
        return Reply(wire.own_user(self._world.bot))

    def _get_guilds(self, _: Call) -> Reply:
        return Reply(
            [
                {
                    "id": str(guild.id),
                    "name": guild.name,
                    "icon": None,
                    "banner": None,
                    "owner": guild.owner_id == self._world.bot.id,
                    "permissions": str(int(guild.roles[guild.id].permissions)),
                    "features": [],
                }
                for guild in self._world.guilds.values()
            ]
        )

    def _get_application(self, _: Call) -> Reply:
        owner = self._world.application_owner or self._world.bot
        body: Json = {
            "id": str(self._world.application_id),
            "name": self._world.application_name,
            "icon": None,
            "description": "",
            "type": None,
            "bot": wire.user(self._world.bot),
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "flags_new": "0",
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "owner": wire.user(owner),
            "approximate_guild_count": len(self._world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "team": self._team(owner),
            "eligible_oauth2_scopes": [],
            "rpc_origins": [],
        }
        return Reply(body)

    def _team(self, owner: User) -> Json | None:
        """The team that owns the application; `owner` is the team's."""
        if not self._world.application_team:
            return None
        team_id = str(self._world.application_id)
        members = [
            {
                "user": wire.user(user),
                "team_id": team_id,
                "membership_state": 2,
                "role": role,
                "permissions": ["*"],
            }
            for user, role in self._world.application_team
        ]
        return {
            "id": team_id,
            "icon": None,
            "name": "Team",
            "owner_user_id": str(owner.id),
            "members": members,
        }
