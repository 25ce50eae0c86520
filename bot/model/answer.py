"""Which ways an outcome can still take to its member, and where it may stand already."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from bot.model.job import TOKEN_LIFE, Job
from bot.model.ways import Hop, Outcome, Way

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "view_channel": "View Channel",
        "send_messages": "Send Messages",
        "send_messages_in_threads": "Send Messages in Threads",
        "embed_links": "Embed Links",
        "attach_files": "Attach Files",
        "read_message_history": "Read Message History",
    }
)
"""What the bot needs in a channel to answer there, and how Discord's settings call it."""

Hops = Mapping[Way, Hop]
"""What was tried for a job already."""


def missing_permissions(granted: Collection[str], *, in_thread: bool) -> tuple[str, ...]:
    """What is not granted in a channel where an answer may have to be posted, as it is called.

    Asked when a request comes, and not again before it is drawn: by the answer's time a place may
    be open again, and where none is the picture is kept for its author.
    """
    elsewhere = "send_messages" if in_thread else "send_messages_in_threads"
    needed = {name: words for name, words in PERMISSIONS.items() if name != elsewhere}
    return tuple(words for name, words in needed.items() if name not in granted)


def ways_for(job: Job, hops: Hops, *, now: float) -> tuple[Way, ...]:
    """The ways to try in order; what was asked for in private never goes to a channel.

    Where a new message was begun the original is left as it is: that message may stand already.
    """
    ways = []
    if job.token_lives(now) and hops.keys() <= {Way.ORIGINAL}:
        ways.append(Way.ORIGINAL)
    if not job.request.private:
        ways.append(Way.CHANNEL)
    ways.append(Way.DIRECT)
    return tuple(way for way in ways if not _refused(hops, way))


def may_have_been_told(job: Job, hops: Hops, way: Way) -> bool:
    """Whether the answer may stand already where `way` would post it once more.

    A connection that was cut, an answer of 502 and a process that ended do not say whether the
    message went out. The edit of the original is not noted before it is tried, and its refusal
    takes the place of what the tries before it came to: what one of them left stands in the
    channel too.
    """
    if way.repeatable:
        return False
    return way in hops or (way is Way.CHANNEL and _original_was_open(job, hops))


def _original_was_open(job: Job, hops: Hops) -> bool:
    """Whether its edit was tried, or the outcome came while it could be."""
    if Way.ORIGINAL in hops:
        return True
    return job.finished_at is not None and job.finished_at - job.origin.token_born < TOKEN_LIFE


def _refused(hops: Hops, way: Way) -> bool:
    return way in hops and hops[way].outcome is Outcome.REFUSED
