"""Rows and the values they stand for."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row

from bot.model.fairness import Tags
from bot.model.job import Interaction, Job, NewJob, State
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest, Origin, SourcePicture
from bot.model.ways import Hop, Outcome, Way

_ORIGIN = tuple(one.name for one in fields(Origin))
_INTERACTION = tuple(one.name for one in fields(Interaction))
_MADE_HERE = frozenset({"origin", "request", "recipe", "tags", "state", "answered_by"})
_PLAIN = tuple(one.name for one in fields(Job) if one.name not in _MADE_HERE)


def job_of(row: Row[Any]) -> Job:
    """The job in a row of `jobs`."""
    table = row._mapping
    return Job(
        origin=Origin(**{name: table[name] for name in _ORIGIN}),
        request=request_in(table["request"]),
        recipe=_frozen(Recipe.from_json(table["recipe"])),
        tags=Tags(start=table["start_tag"], finish=table["finish_tag"]),
        state=State(table["state"]),
        answered_by=Way(way) if (way := table["answered_by"]) else None,
        **{name: table[name] for name in _PLAIN},
    )


def row_of(job: NewJob, *, tags: Tags, entered: float, now: float) -> dict[str, Any]:
    """The row of `jobs` for a job that comes at the virtual time `entered`."""
    return {
        **asdict(job.origin),
        "request": json.dumps(asdict(job.request), ensure_ascii=False),
        "recipe": job.recipe.to_json(),
        "model": job.recipe.model,
        "cost": job.cost,
        "weight": job.weight,
        "entered": entered,
        "start_tag": tags.start,
        "finish_tag": tags.finish,
        "state": State.QUEUED,
        "created_at": now,
        "attempts": 0,
        "failure": "",
        "failure_detail": "",
        "stored_bytes": 0,
        "source": job.recipe.source_sha256,
        "shared": False,
        "pruned": False,
    }


def hop_of(row: Row[Any]) -> Hop:
    """The hop in a row of `hops`."""
    table = dict(row._mapping)
    outcome = table.pop("outcome")
    return Hop(way=Way(table.pop("way")), outcome=Outcome(outcome) if outcome else None, **table)


def interaction_of(row: Row[Any]) -> Interaction:
    """The interaction in a row of `interactions`."""
    return Interaction(**{name: row._mapping[name] for name in _INTERACTION})


def request_in(text: str) -> ImageRequest:
    """A request from its JSON, where tuples are lists; older rows lack what came later."""
    table: dict[str, Any] = json.loads(text)
    table["loras"] = tuple((name, weight) for name, weight in table.get("loras", ()))
    if table.get("source"):
        table["source"] = SourcePicture(**table["source"])
    return ImageRequest(**table)


def _frozen(recipe: Recipe) -> Recipe:
    tables: dict[str, Any] = {
        one.name: MappingProxyType(value)
        for one in fields(recipe)
        if isinstance(value := getattr(recipe, one.name), Mapping)
    }
    return replace(recipe, **tables)
