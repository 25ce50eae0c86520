"""The callback of an interaction and the webhook that its token opens."""

from bot.sandbox.errors import ApiError
from bot.sandbox.interactions import Answer, Interaction, Interactions
from bot.sandbox.messages import Messages
from bot.sandbox.payloads import Place
from bot.sandbox.rest.router import NOTHING, Call, Json, Reply, Route
from bot.sandbox.wire import Writer
from bot.sandbox.world import World

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"


class InteractionRoutes:
    """The routes that need no bot token, only an interaction's."""

    def __init__(
        self, world: World, interactions: Interactions, messages: Messages, writer: Writer
    ) -> None:
        self._world = world
        self._interactions = interactions
        self._messages = messages
        self._writer = writer

    def routes(self) -> list[Route]:
        """The operations of this group."""
        message, original = WEBHOOK + "/messages/{message_id}", WEBHOOK + "/messages/@original"
        named = [
            Route(method, template, handler, needs_token=False)
            for template in (original, message)
            for method, handler in (
                ("GET", self._get),
                ("PATCH", self._edit),
                ("DELETE", self._delete),
            )
        ]
        return [
            Route("POST", CALLBACK, self._answer, needs_token=False),
            Route("POST", WEBHOOK, self._follow_up, needs_token=False),
            *named,
        ]

    def _answer(self, call: Call) -> Reply:
        answered = self._interactions.answer(
            call.id("interaction_id"),
            call.parameters["interaction_token"],
            call.body,
            call.uploads,
        )
        if call.query.get("with_response", "").lower() not in ("1", "true"):
            return NOTHING
        return Reply(self._answered(answered))

    def _answered(self, found: Interaction) -> Json:
        """What the callback answers where it was asked `with_response`."""
        about: Json = {"id": str(found.id), "type": int(found.kind)}
        about["channel_id"] = str(found.channel.id)
        if found.guild_id is not None:
            about["guild_id"] = str(found.guild_id)
        if found.original is None or found.answer in (Answer.MODAL, Answer.CHOICES):
            return {"interaction": about}
        about["response_message_id"] = str(found.original.id)
        about["response_message_loading"] = found.original.loading
        about["response_message_ephemeral"] = found.original.reader_id is not None
        if found.answer not in (Answer.MESSAGE, Answer.UPDATE):
            return {"interaction": about}
        message = self._writer.message(found.original)
        return {"interaction": about, "resource": {"type": int(found.answer), "message": message}}

    def _webhook(self, call: Call) -> Interaction:
        if call.parameters["webhook_id"] != str(self._world.application_id):
            raise ApiError(10015)
        return self._interactions.webhook(call.parameters["webhook_token"])

    def _follow_up(self, call: Call) -> Reply:
        found = self._webhook(call)
        message = self._interactions.follow_up(found, call.payload(Place.FOLLOWUP))
        return Reply(self._writer.message(message))

    def _get(self, call: Call) -> Reply:
        message = self._interactions.message(self._webhook(call), _name(call))
        return Reply(self._writer.message(message))

    def _edit(self, call: Call) -> Reply:
        found = self._webhook(call)
        message = self._interactions.message(found, _name(call))
        edited = self._interactions.edit(found, message, call.payload(Place.WEBHOOK_EDIT))
        return Reply(self._writer.message(edited))

    def _delete(self, call: Call) -> Reply:
        self._messages.delete(self._interactions.message(self._webhook(call), _name(call)))
        return NOTHING


def _name(call: Call) -> str:
    return call.parameters.get("message_id", "@original")
