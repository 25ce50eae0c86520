"""What the members of a chaos run ask for, and how much is done to the bot: all from a seed."""

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL import Image

from bot.sandbox.defaults import EVERYONE
from bot.sandbox.options import FileOption, Value
from bot.sandbox.world import World, empty_world
from tests.flow.chaos.painters import POISON

SERVERS = ("harbour", "orchard", "library")
ROOMS = ("hall", "studio")
THINGS = ("cat", "lighthouse", "car", "apple", "tree", "boat", "owl", "house", "cup", "star")
COLOURS = ("red", "green", "blue", "yellow", "purple", "white")
SCHEDULERS = ("Euler", "Euler a", "DPM++ 2M Karras", "DDIM", "UniPC")


@dataclass(frozen=True, slots=True)
class Profile:
    """How large a run is."""

    requests: int
    """That were accepted."""
    members: int
    kills: int
    stops: int
    poisons: int
    jumps: int
    """Of the clock, past the life of every token; each other one with a kill of its own."""
    together: int
    """Requests that wait at the same time."""


FULL = Profile(requests=200, members=20, kills=12, stops=3, poisons=3, jumps=4, together=24)
SHORT = Profile(requests=30, members=10, kills=3, stops=1, poisons=1, jumps=2, together=12)
PROFILES = {"full": FULL, "short": SHORT}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member types, and whether they lose patience."""

    number: int
    member: str
    channel: str
    command: str
    options: Mapping[str, Value] = field(default_factory=dict)
    patience: int | None = None
    """After how many changes of the answer they press Cancel."""
    poison: bool = False

    @property
    def private(self) -> bool:
        """Whether nobody else may see the answer."""
        return bool(self.options.get("private", False))


class Wishes:
    """The members' wishes, one after the other."""

    def __init__(self, seed: int, profile: Profile) -> None:
        self._chance = random.Random(f"wishes {seed}")  # noqa: S311 - no secret
        self._members = names_of(profile)
        self._number = 0

    def next(self, *, poison: bool = False) -> Wish:
        """One more wish."""
        chance = self._chance
        self._number += 1
        command, options = "imagine", self._imagine(poison=poison)
        if not poison:
            command = chance.choices(("imagine", "vary", "upscale"), (80, 17, 3))[0]
        if command == "vary":
            options = {"amount": chance.choice(("subtle", "strong")), "count": chance.randint(1, 2)}
        elif command == "upscale":
            options = {}
        if chance.random() < 0.25:
            options["private"] = True
        impatient = not poison and chance.random() < 0.3
        return Wish(
            number=self._number,
            member=chance.choice(self._members),
            channel=f"{chance.choice(SERVERS)}-{chance.choice(ROOMS)}",
            command=command,
            options=options,
            patience=chance.randint(1, 4) if impatient else None,
            poison=poison,
        )

    def _imagine(self, *, poison: bool) -> dict[str, Value]:
        chance = self._chance
        words = f"a {chance.choice(COLOURS)} {chance.choice(THINGS)}, wish {self._number}"
        options: dict[str, Value] = {
            "prompt": f"{words}, {POISON}" if poison else words,
            "seed": chance.randrange(2**32),
            "steps": 40 if chance.random() < 0.05 else chance.randint(2, 12),
            "count": chance.choices((1, 2, 3, 4), (60, 25, 10, 5))[0],
            "scheduler": chance.choice(SCHEDULERS),
            "guidance": chance.choice((1.0, 3.5, 5.0)),
        }
        if chance.random() < 0.2:
            options["negative"] = f"{chance.choice(COLOURS)}, blurred"
        # What begins with a picture may have too few steps to die in.
        if chance.random() < 0.15 and not poison:
            options["image"] = self._picture()
            options["strength"] = chance.choice((0.3, 0.5, 0.8))
        return options

    def _picture(self) -> FileOption:
        chance, file = self._chance, io.BytesIO()
        colour = tuple(chance.randrange(256) for _ in "rgb")
        size = chance.randint(60, 200), chance.randint(60, 200)
        picture = Image.new("RGB", size, colour)
        picture.paste(Image.linear_gradient("L").resize((size[0] // 2, size[1])))
        picture.save(file, chance.choice(("PNG", "JPEG")))
        return FileOption("picture.png", file.getvalue())


def names_of(profile: Profile) -> tuple[str, ...]:
    """The members."""
    return tuple(f"guest{number}" for number in range(1, profile.members + 1))


def world_for(profile: Profile) -> World:
    """Three servers with two channels each; everybody is a member of all of them."""
    world = empty_world()
    owner = world.add_user("owner")
    world.application_owner = owner
    guests = [world.add_user(name) for name in names_of(profile)]
    for name in SERVERS:
        guild = world.add_guild(name, owner, everyone=EVERYONE, bot=EVERYONE)
        for room in ROOMS:
            world.add_channel(guild, f"{name}-{room}")
        for guest in guests:
            world.join(guild, guest)
    return world
