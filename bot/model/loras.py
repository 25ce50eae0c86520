"""The LoRAs of a request: from what a member wrote to what is added to a checkpoint."""

import re

from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import OutOfRange, UnknownOption
from bot.model.recipe import Lora
from bot.model.request import LORA_WEIGHTS, LORAS

Wish = tuple[str, float | None]
"""A name and a weight; None is the LoRA's own weight."""

_WITH_WEIGHT = re.compile(r"(.+?)\s*:\s*([+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+))")


def parse_loras(text: str) -> tuple[Wish, ...]:
    """The wishes in a text such as `pixel:0.8, ink`.

    What is no name and weight is taken for a name, so that it is refused as one nobody offers.
    """
    return tuple(_wish(part.strip()) for part in text.split(",") if part.strip())


def _wish(part: str) -> Wish:
    if found := _WITH_WEIGHT.fullmatch(part):
        return found[1].casefold(), float(found[2])
    return part.casefold(), None


def chosen_loras(
    wishes: tuple[Wish, ...], checkpoint: Checkpoint, catalogue: Catalogue
) -> tuple[Lora, ...]:
    """What a checkpoint is drawn with: its own LoRAs, then those wished for; raises Refused."""
    own = tuple(Lora(one.key, one.weight) for one in checkpoint.loras)
    offered = catalogue.offered_with(checkpoint.key)
    wished = dict(wishes)
    for key in wished:
        if key not in offered:
            raise UnknownOption("lora", key, tuple(offered))
    if len(wished) > LORAS[1]:
        raise OutOfRange("number of LoRAs", len(wished), *LORAS)
    added = {key: offered[key].weight if one is None else one for key, one in wished.items()}
    for key, weight in added.items():
        if not LORA_WEIGHTS[0] <= weight <= LORA_WEIGHTS[1]:
            raise OutOfRange(f"weight of {key}", weight, *LORA_WEIGHTS)
    return own + tuple(Lora(key, weight) for key, weight in added.items())
