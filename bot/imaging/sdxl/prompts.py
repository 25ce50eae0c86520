"""How prompts get into the pipeline: encoded the stock way, or by compel where that cannot do it.

The stock way reads 75 tokens and knows no weights. Compel is handed a prompt's parts with their
weights, never a text to parse, so that nothing in anybody's prose is syntax to it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import torch
from compel import EmbeddingsProvider, ReturnedEmbeddingsType, SplitLongTextMode
from diffusers import StableDiffusionXLPipeline

from bot.imaging.sdxl.embeddings import Embedding, Embeddings
from bot.model.errors import RenderError, UnknownOption
from bot.model.prompting import COMPEL, STOCK, Fragment, fragments, is_weighted
from bot.model.recipe import Lora, Recipe

ROOM = 64 * 2**20
"""The bytes of embeddings that are kept: some 200 prompts of SDXL in half precision."""


@dataclass(frozen=True, slots=True)
class Conditioning:
    """A recipe's prompts, encoded.

    `arguments` takes the place of the texts in a call of any stock pipeline of the family.
    """

    encoder: str
    arguments: Mapping[str, Any]

    @property
    def versions(self) -> Mapping[str, str]:
        """The version of compel where it took part."""
        return {COMPEL: version(COMPEL)} if self.encoder == COMPEL else {}


@dataclass(frozen=True, slots=True)
class _Key:
    """What an embedding depends on beside the checkpoint."""

    loras: tuple[Lora, ...]
    encoder: str
    text: str


class Conditioner:
    """Encodes recipes' prompts with one pipeline's text encoders, and keeps what they gave.

    They encode within `present`, which puts them on the device where they do not stay there.
    """

    def __init__(
        self,
        pipeline: StableDiffusionXLPipeline,
        device: torch.device,
        *,
        present: Callable[[], AbstractContextManager[None]] = nullcontext,
        room: int = ROOM,
    ) -> None:
        self._pipeline = pipeline
        self._device = device
        self._present = present
        self._kept = Embeddings(room)

    def condition(self, recipe: Recipe) -> Conditioning:
        """The recipe's prompts, encoded; raises RenderError where its encoder would cut them."""
        guided = recipe.guidance_scale > 1
        from_zeros = (
            not recipe.negative_prompt and self._pipeline.config.force_zeros_for_empty_prompt
        )
        negative = [recipe.negative_prompt] if guided and not from_zeros else []
        keys = [self._key(recipe, text) for text in (recipe.prompt, *negative)]
        found = self._found(keys)
        embeddings = [found[key] for key in keys]
        if guided and from_zeros:
            embeddings.append(embeddings[0].zeros)
        encoder = COMPEL if any(key.encoder == COMPEL for key in keys) else STOCK
        return Conditioning(encoder, _arguments(self._of_one_length(embeddings, recipe.loras)))

    def forget(self) -> None:
        """Keep nothing: the encoders' weights are others now, or the memory is needed."""
        self._kept.forget()

    def _key(self, recipe: Recipe, text: str) -> _Key:
        return _Key(recipe.loras, self._encoder_of(recipe, text), text)

    def _encoder_of(self, recipe: Recipe, text: str) -> str:
        """What encodes a text of the recipe: what the recipe says, or what the text needs."""
        if recipe.prompt_encoder not in ("", STOCK, COMPEL):
            raise UnknownOption("prompt_encoder", recipe.prompt_encoder, (STOCK, COMPEL))
        fits = _fits(self._pipeline, text)
        if recipe.prompt_encoder == STOCK:
            if not fits:
                raise RenderError("the recipe's prompt is longer than the stock encoder reads")
            return STOCK
        return STOCK if fits and not is_weighted(text) else COMPEL

    def _of_one_length(
        self, embeddings: list[Embedding], loras: tuple[Lora, ...]
    ) -> list[Embedding]:
        """The shorter ones filled up with windows of no words, as compel does."""
        longest = max(one.tokens.shape[1] for one in embeddings)
        if all(one.tokens.shape[1] == longest for one in embeddings):
            return embeddings
        blank = _Key(loras, STOCK, "")
        return [one.filled(longest, self._found([blank])[blank]) for one in embeddings]

    def _found(self, keys: Iterable[_Key]) -> dict[_Key, Embedding]:
        """The embeddings under some keys; those that are not kept are encoded now."""
        kept = {key: self._kept.find(key) for key in keys}
        found = {key: embedding for key, embedding in kept.items() if embedding is not None}
        if missing := [key for key in kept if key not in found]:
            with self._present():
                encoded = {key: self._encoded(key) for key in missing}
            for key, embedding in encoded.items():
                self._kept.keep(key, embedding)
            found |= encoded
        return found

    def _encoded(self, key: _Key) -> Embedding:
        encode = weighted if key.encoder == COMPEL else plain
        return encode(self._pipeline, key.text, self._device)


@contextmanager
def visiting(modules: Sequence[torch.nn.Module], device: torch.device) -> Iterator[None]:
    """Have modules on the device for as long as they are used, and the computer's memory after."""
    try:
        for module in modules:
            module.to(device)
        yield
    finally:
        for module in modules:
            module.to("cpu")


def plain(pipeline: StableDiffusionXLPipeline, text: str, device: torch.device) -> Embedding:
    """A text as the stock pipeline encodes it, as a prompt or as a negative one."""
    tokens, _, pooled, _ = pipeline.encode_prompt(
        text, device=device, do_classifier_free_guidance=False
    )
    return Embedding(tokens, pooled)


def weighted(pipeline: StableDiffusionXLPipeline, text: str, device: torch.device) -> Embedding:
    """A text as compel encodes its parts, in as many windows of 77 tokens as they take.

    The pooled part has no weights in compel or anywhere: it is that of the words alone, and like
    everywhere it hears the first window.
    """
    parts = fragments(text)
    one, other = (
        _read_by_compel(tokenizer, encoder, parts, device)
        for tokenizer, encoder in (
            (pipeline.tokenizer, pipeline.text_encoder),
            (pipeline.tokenizer_2, pipeline.text_encoder_2),
        )
    )
    tokens = torch.cat([one, other], dim=-1).to(pipeline.text_encoder_2.dtype)
    words = "".join(part.text for part in parts)
    return Embedding(tokens, plain(pipeline, words, device).pooled)


def _read_by_compel(
    tokenizer: Any, encoder: Any, parts: Iterable[Fragment], device: torch.device
) -> torch.Tensor:
    provider = EmbeddingsProvider(
        tokenizer,
        encoder,
        truncate=False,
        returned_embeddings_type=ReturnedEmbeddingsType.PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED,
        split_long_text_mode=SplitLongTextMode.SENTENCES,
        device=device,
    )
    worded = [part for part in parts if part.text.strip()]
    return provider.get_embeddings_for_weighted_prompt_fragments(
        [[part.text for part in worded]], [[part.weight for part in worded]], device=device
    )


def _fits(pipeline: StableDiffusionXLPipeline, text: str) -> bool:
    """Whether the stock way reads all of a text: two places are for its start and its end."""
    return all(
        len(tokenizer(text, add_special_tokens=False, verbose=False).input_ids)
        <= tokenizer.model_max_length - 2
        for tokenizer in (pipeline.tokenizer, pipeline.tokenizer_2)
    )


def _arguments(embeddings: Iterable[Embedding]) -> dict[str, Any]:
    """Embeddings in place of texts: the prompt's, and the negative one's if there is guidance."""
    arguments: dict[str, Any] = {"prompt": None, "negative_prompt": None}
    for kind, embedding in zip(("", "negative_"), embeddings, strict=False):
        arguments[f"{kind}prompt_embeds"] = embedding.tokens
        arguments[f"{kind}pooled_prompt_embeds"] = embedding.pooled
    return arguments
