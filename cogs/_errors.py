"""The one place where an error becomes a sentence that a member can act on."""

from bot.model.errors import (
    EmptyPrompt,
    MissingPermission,
    ModelUnavailable,
    NotYours,
    QueueFull,
    Refused,
    Stopping,
    TooLate,
    UnknownOption,
)
from bot.model.job import Job

UNEXPECTED = (
    "Something went wrong on the bot's side and nothing was queued. "
    "It has been logged; please try again."
)

_FAILURES = {
    "ModelLoadFailed": (
        "the model could not be loaded. The bot's owner finds what to do in its log; "
        "another `model` may work meanwhile."
    ),
    "OutOfMemory": "the graphics card ran out of memory. A smaller `aspect` or `count` may fit.",
    "TookTooLong": "it took longer than the bot allows. Fewer `steps` or a lower `count` may fit.",
    "Poisoned": "the bot did not survive drawing it, twice. Other options may work.",
    "NotFinite": "the model gave no valid picture. Another `seed` or `scheduler` may work.",
    "StorageError": "the bot could not keep the picture on its disk. Its log says more.",
}


def sentence(error: BaseException) -> str:
    """What to tell the member whose command or click ended in `error`."""
    if isinstance(error, Refused):
        return _refusal(error)
    return UNEXPECTED


def _refusal(error: Refused) -> str:
    match error:
        case EmptyPrompt():
            return "There is nothing to draw: write what you want to see into `prompt`."
        case UnknownOption(option, value, choices):
            return f"There is no {option} “{value}” here. Choose one of: {', '.join(choices)}."
        case QueueFull("member", limit):
            return (
                f"You already have {limit} images waiting, which is the limit. "
                "Wait for one to arrive or cancel one, then ask again."
            )
        case QueueFull(_, limit):
            return f"This server already has {limit} images waiting. Please try again later."
        case ModelUnavailable(model, reason):
            return f"The model {model} cannot draw at the moment: {reason}"
        case MissingPermission(permissions):
            return (
                f"I am not allowed to post an image here: {', '.join(permissions)} is missing. "
                "A moderator can grant it in the channel's permissions."
            )
        case NotYours():
            return "Only the member who asked for this image can do that."
        case TooLate():
            return "That image is already finished or cancelled."
        case Stopping():
            return "The bot is restarting. Please ask again in a minute."
        case _:
            return f"That was refused: {error}"


def failure(job: Job) -> str:
    """What to tell the author of a job that was accepted and could not be drawn."""
    reason = _FAILURES.get(job.failure, "of an error on the bot's side, which has been logged.")

    return f"Your image could not be drawn because {reason} It does not count against you."
