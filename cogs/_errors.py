"""The one place where an error becomes a sentence that a member can act on."""

from bot.model.errors import (
    BadPrompt,
    DiskFull,
    Draining,
    EmptyPrompt,
    EnlargementTooLarge,
    Held,
    MissingPermission,
    ModelUnavailable,
    NoLongerKept,
    NoSuchPicture,
    NotAPicture,
    NotDrawnYet,
    NotVariable,
    NotWaiting,
    NotYours,
    OutOfRange,
    OutOfRoom,
    OwnerOnly,
    PictureNotFetched,
    PictureTooLarge,
    PrivatePicture,
    QueueFull,
    Refused,
    Stopping,
    StrengthWithoutPicture,
    TooLate,
    UnknownOption,
)
from bot.model.job import Job
from bot.model.prompting import WEIGHTS

MISFIT = (
    "That is not how the command is now. Your Discord may still show an older form of it: reload "
    "it (Ctrl+R) and ask again."
)
UNEXPECTED = (
    "Something went wrong on the bot's side and nothing was queued. "
    "It has been logged; please try again."
)
UNCHANGED = (
    "Something went wrong on the bot's side and nothing was changed. "
    "It has been logged; please try again."
)

FULL = (
    "The bot's disk is full, so nothing was changed. "
    "Its owner finds that in the log; please try again later."
)
NO_ROOM = (
    "The bot has no room left to keep another image, so nothing was queued. "
    "Its owner finds that in the log; please try again later."
)

PART_LENGTH = 60
"""Characters of what a member wrote that a sentence quotes."""
LENGTH = 2000
"""Characters that a message may have."""

_FAILURES = {
    "ModelLoadFailed": (
        "the model could not be loaded. The bot's owner finds what to do in its log; "
        "another `model` may work meanwhile."
    ),
    "AdapterLoadFailed": (
        "one of its LoRAs could not be loaded. The bot's owner finds what to do in its log; "
        "without that `lora` it may work."
    ),
    "OutOfMemory": "the graphics card ran out of memory. A smaller `aspect` or `count` may fit.",
    "TookTooLong": "it took longer than the bot allows. Fewer `steps` or a lower `count` may fit.",
    "Poisoned": "the bot did not survive drawing it, twice. Other options may work.",
    "NotFinite": "the model gave no valid picture. Another `seed` or `scheduler` may work.",
    "Unreadable": "the bot can no longer read what it was to draw. Please ask again.",
    "StorageError": "the bot could not read or keep a picture on its disk. Its log says more.",
}


def sentence(error: BaseException, *, queues: bool = True) -> str:
    """What to tell the member whose command or click ended in `error`.

    Nothing was queued then, or nothing was changed by what never `queues` anything.
    """
    if isinstance(error, OutOfRoom):
        return NO_ROOM if queues else FULL
    if isinstance(error, Refused):
        return _cut(_refusal(error), LENGTH)
    return UNEXPECTED if queues else UNCHANGED


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _refusal(error: Refused) -> str:
    match error:
        case EmptyPrompt():
            return "There is nothing to draw: write what you want to see into `prompt`."
        case BadPrompt(problem, part):
            return _about_weights(problem, part)
        case UnknownOption(option, value, ()):
            return f"There is no {option} “{_cut(value, PART_LENGTH)}” here, nor any other."
        case UnknownOption(option, value, choices):
            offered = ", ".join(choices)
            return (
                f"There is no {option} “{_cut(value, PART_LENGTH)}” here. Choose one of: {offered}."
            )
        case NotAPicture() | PictureTooLarge():
            return _about_a_picture(error)
        case PictureNotFetched():
            return "Discord did not hand over that `image`. Please attach it again."
        case NoSuchPicture() | NoLongerKept() | NotDrawnYet() | PrivatePicture() | NotVariable():
            return _about_an_earlier_image(error)
        case EnlargementTooLarge(width, height):
            return f"That would be {width}×{height} pixels, which is more than an image may have."
        case StrengthWithoutPicture():
            return "`strength` says how far to go from an `image`: attach one, or leave it out."
        case OutOfRange(option, value, least, most):
            name = _cut(option, PART_LENGTH)
            return f"The {name} is {value:g}: it must be from {least:g} to {most:g}."
        case QueueFull() | Draining() | Held() | NotWaiting():
            return _about_the_queue(error)
        case ModelUnavailable(model, _):
            # The reason may name the machine's folders, which are the owner's to know.
            return (
                f"The model {_cut(model, PART_LENGTH)} cannot draw at the moment: it could not be "
                "loaded; the log says why."
            )
        case DiskFull():
            return NO_ROOM
        case MissingPermission(permissions):
            return (
                f"I am not allowed to post an image here: I lack {', '.join(permissions)}. A "
                "moderator can grant that in the channel's settings; with `private` I can show "
                "it to you alone."
            )
        case OwnerOnly():
            return "Only the owner of this bot can do that."
        case NotYours():
            return "Only the member who asked for this image can do that."
        case TooLate():
            return "There is nothing to cancel: that image is finished, cancelled, or not there."
        case Stopping():
            return "The bot is restarting. Please ask again in a minute."
        case _:
            return f"That was refused: {error}"


def _about_weights(problem: str, part: str) -> str:
    where = _cut(part, PART_LENGTH)
    least, most = WEIGHTS
    reason = {
        "bounds": f"The weight of “{where}” must come to {least:g} to {most:g}.",
        "many": f"“{where}” is one weight too many; a long prompt has room for fewer.",
        "unbalanced": f"The weight at “{where}” lacks a parenthesis.",
    }[problem]
    return f"{reason} Weights are written `(red fish:1.3)`; for mere parentheses write `\\(`."


def _about_the_queue(error: QueueFull | Draining | Held | NotWaiting) -> str:
    match error:
        case QueueFull("member", limit):
            return (
                f"You already have {limit} requests waiting, which is the limit. "
                "Wait for one to be drawn or cancel one, then ask again."
            )
        case QueueFull(_, limit):
            return f"This server already has {limit} requests waiting. Please try again later."
        case Draining(scope):
            whose = "This server's queue" if scope == "server" else "The bot"
            return f"{whose} takes no new requests at the moment: its owner is letting it run dry."
        case Held(number):
            return f"#{number} waits in a paused queue. Resume that first, then bump."
        case NotWaiting(number):
            return f"#{number} does not wait: it is being drawn, it is finished, or it never was."


def _about_a_picture(error: NotAPicture | PictureTooLarge) -> str:
    match error:
        case NotAPicture(formats, ""):
            return f"That `image` is none of {', '.join(formats)}, whatever it is called."
        case NotAPicture():
            return f"That `image` cannot be opened: {error}."
        case PictureTooLarge("bytes", limit):
            return f"That `image` is larger than {limit // 2**20} MiB."
        case PictureTooLarge(_, limit):
            return f"That `image` is more than {limit} pixels wide or high."


def _about_an_earlier_image(
    error: NoSuchPicture | NoLongerKept | NotDrawnYet | PrivatePicture | NotVariable,
) -> str:
    match error:
        case NoSuchPicture(None):
            return "You have no image here yet. Draw one with /imagine first."
        case NoSuchPicture(number, 0):
            return f"There is no image #{number} here that you can see."
        case NoSuchPicture(number, images):
            return f"#{number} has {images} {'image' if images == 1 else 'images'} only."
        case NoLongerKept(number):
            return (
                f"#{number} is no longer kept: images are removed after a while. "
                "With the seed and the options in its answer you can draw it again."
            )
        case NotDrawnYet(number):
            return f"#{number} is not drawn yet. Please wait for it."
        case PrivatePicture(number):
            return f"#{number} is private. Set `private` to True, so that the answer is, too."
        case NotVariable("depth"):
            return "That is a variation of very many variations. Vary an earlier one of them."
        case NotVariable():
            return "An enlargement cannot be varied. Vary the image it was made from."


def failure(job: Job) -> str:
    """What to tell the author of a job that was accepted and could not be drawn."""
    reason = _FAILURES.get(job.failure, "of an error on the bot's side, which has been logged.")

    return f"Your image could not be drawn because {reason} It does not count against you."
