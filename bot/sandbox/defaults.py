"""The world that the sandbox opens with: two servers and a member of each kind."""

from bot.sandbox.permissions import Permission
from bot.sandbox.world import Guild, Overwrite, Role, User, World, empty_world

EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
)
MODERATOR = (
    Permission.MANAGE_GUILD
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_ROLES
    | Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MODERATE_MEMBERS
)
NO_POSTING = Permission.SEND_MESSAGES | Permission.SEND_MESSAGES_IN_THREADS


def default_world() -> World:
    """Two servers: a studio with channels of every kind, and a smaller workshop.

    The studio's `announcements` is closed to the bot and to newcomers, its `after-dark`
    age-restricted, its `sketches` a thread below `general`; the workshop has a `lobby`.
    """
    world = empty_world()
    owner, moderator, patron, newcomer, member = (
        world.add_user(name) for name in ("owner", "moderator", "patron", "newcomer", "member")
    )
    world.application_owner = owner
    studio = world.add_guild("Studio", owner, everyone=EVERYONE, bot=EVERYONE)
    roles = [
        world.add_role(studio, "newcomer"),
        world.add_role(studio, "patron", color=0xE0A030, hoist=True),
        world.add_role(studio, "moderator", permissions=MODERATOR, color=0x3070E0, hoist=True),
    ]
    for user, role in zip((newcomer, patron, moderator), roles, strict=True):
        world.join(studio, user, [role])
    world.join(studio, member)
    _furnish(world, studio, owner, new=roles[0])
    workshop = world.add_guild("Workshop", patron, everyone=EVERYONE, bot=EVERYONE)
    world.add_channel(workshop, "lobby", topic="Half-finished things, and help with them")
    for user in (owner, member, newcomer):
        world.join(workshop, user)
    return world


def _furnish(world: World, guild: Guild, owner: User, *, new: Role) -> None:
    """The studio's channels and its thread."""
    general = world.add_channel(guild, "general", topic="Talk, and pictures of all kinds")
    world.add_channel(guild, "after-dark", topic="Life drawing, for adults", nsfw=True)
    closed = [
        Overwrite(world.bot.id, deny=int(NO_POSTING), member=True),
        Overwrite(new.id, deny=int(NO_POSTING)),
    ]
    news = "What is new in the studio; no pictures here"
    world.add_channel(guild, "announcements", topic=news, overwrites=closed)
    world.add_thread(general, "sketches", owner)
