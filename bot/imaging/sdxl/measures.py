"""What the benchmark needs to know of torch: the stock call alone, its FLOPs, memory, no weights.

Nothing here is used for drawing members' images.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from torch.utils.flop_counter import FlopCounterMode
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from bot.imaging.memory import policy_for
from bot.imaging.sdxl.arrangement import Arrangement
from bot.imaging.sdxl.call import arguments_of, pipeline_for
from bot.imaging.sdxl.devices import dtype_for, empty_cache, memory_of, pick_device, use_threads
from bot.imaging.sdxl.loading import load
from bot.model.checkpoint import Checkpoint
from bot.model.recipe import Recipe


class StockPipeline:
    """Stock diffusers on a load of its own, laid out as the engine lays it out on that device.

    Every method is called on one thread, the one that builds it.
    """

    def __init__(self, checkpoint: Checkpoint, device: str) -> None:
        self._device = pick_device(device)
        use_threads(self._device, checkpoint.native_size)
        loaded = load(checkpoint, dtype_for(self._device)).pipeline
        policy = replace(policy_for(memory_of(self._device)), text_encoders_resident=True)
        arrangement = Arrangement(self._device, policy)
        arrangement.place(loaded)
        arrangement.quicken(loaded.unet)
        self._loaded = loaded

    def draw(self, recipe: Recipe) -> None:
        """One plain call with the recipe's arguments, from the prompt to the decoded picture."""
        pipeline = pipeline_for(self._loaded, recipe)
        with torch.inference_mode():
            pipeline(**arguments_of(recipe))

    def flops_of_a_step(self, recipe: Recipe) -> int:
        """Floating-point operations of one denoising step: what two steps need over one."""
        two, one = (self._flops(recipe, steps) for steps in (2, 1))
        return two - one

    def close(self) -> None:
        """Give the memory back."""
        del self._loaded
        empty_cache(self._device)

    def _flops(self, recipe: Recipe, steps: int) -> int:
        pipeline = pipeline_for(self._loaded, recipe)
        counter = FlopCounterMode(display=False)
        with torch.no_grad(), counter:
            pipeline(**{**arguments_of(recipe), "num_inference_steps": steps})
        return int(counter.get_total_flops())


def libraries() -> Mapping[str, str]:
    """The versions that speed depends on."""
    return {
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "transformers": transformers.__version__,
    }


def forget_peak_memory() -> None:
    """Begin to watch the most memory that is used on a CUDA device anew."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def peak_memory() -> int | None:
    """The most bytes in use on the CUDA device since the watch began; None without one."""
    return int(torch.cuda.max_memory_allocated()) if torch.cuda.is_available() else None


def _full_unet() -> Mapping[str, Any]:
    return {
        "sample_size": 128,
        "block_out_channels": (320, 640, 1280),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 2, 10),
        "attention_head_dim": (5, 10, 20),
        "cross_attention_dim": 2048,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    }


def _full_vae() -> Mapping[str, Any]:
    return {
        "sample_size": 1024,
        "block_out_channels": (128, 256, 512, 512),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "layers_per_block": 2,
        "latent_channels": 4,
        "scaling_factor": 0.13025,
        "force_upcast": False,
    }


def _full_text_encoder() -> Mapping[str, Any]:
    return {
        "hidden_size": 768,
        "intermediate_size": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "projection_dim": 768,
        "hidden_act": "quick_gelu",
    }


def _full_text_encoder_2() -> Mapping[str, Any]:
    return {
        "hidden_size": 1280,
        "intermediate_size": 5120,
        "num_hidden_layers": 32,
        "num_attention_heads": 20,
        "projection_dim": 1280,
        "hidden_act": "gelu",
    }


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The sizes of a pipeline's four models; those of SDXL base 1.0 unless said otherwise."""

    unet: Mapping[str, Any] = field(default_factory=_full_unet)
    vae: Mapping[str, Any] = field(default_factory=_full_vae)
    text_encoder: Mapping[str, Any] = field(default_factory=_full_text_encoder)
    text_encoder_2: Mapping[str, Any] = field(default_factory=_full_text_encoder_2)


def build_random(anatomy: Anatomy) -> Mapping[str, torch.nn.Module]:
    """The four models with the weights that torch begins with, by the pipeline's names."""
    return {
        "unet": UNet2DConditionModel(**anatomy.unet),
        "vae": AutoencoderKL(**anatomy.vae),
        "text_encoder": CLIPTextModel(CLIPTextConfig(**anatomy.text_encoder)),
        "text_encoder_2": CLIPTextModelWithProjection(CLIPTextConfig(**anatomy.text_encoder_2)),
    }


@contextmanager
def _half_precision() -> Iterator[None]:
    """Models made in here have half precision from the start: a small card holds no more."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float16)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def write_random(
    folder: Path, anatomy: Anatomy, *, tokenizers: Path, device: str, seed: int
) -> Path:
    """A whole pipeline of random weights in half precision, as a checkpoint folder.

    It takes the time and the memory of the real one and draws nothing. `tokenizers` is a
    checkpoint's folder to copy both tokenizers from. The folder needs 7 GB for the full anatomy.
    """
    where = pick_device(device)
    torch.manual_seed(seed)
    with where, _half_precision():
        models = build_random(anatomy)
    pipeline = StableDiffusionXLPipeline(
        **{name: model.eval() for name, model in models.items()},
        tokenizer=CLIPTokenizer.from_pretrained(tokenizers / "tokenizer"),
        tokenizer_2=CLIPTokenizer.from_pretrained(tokenizers / "tokenizer_2"),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            steps_offset=1,
            timestep_spacing="leading",
        ),
    )
    shutil.rmtree(folder, ignore_errors=True)
    pipeline.save_pretrained(folder, safe_serialization=True)
    del pipeline, models
    empty_cache(where)
    return folder
