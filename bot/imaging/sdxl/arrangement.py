"""How a pipeline's modules lie on the device and compute there."""

import logging
from collections.abc import Callable
from typing import Any

import torch
from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel
from diffusers.models.attention_processor import Attention

from bot.imaging.memory import MemoryPolicy

_log = logging.getLogger(__name__)

Backend = str | Callable[..., Any]


class Arrangement:
    """Puts pipelines onto the device, quickened where they are drawn with as they were loaded.

    A LoRA would have no effect on fused projections and be compiled anew for each set, so with
    LoRAs a UNet is as diffusers makes it. Everything here changes the last bits of a picture, and
    recipes say it with the device.
    """

    def __init__(
        self,
        device: torch.device,
        policy: MemoryPolicy,
        *,
        compiled: bool = False,
        backend: Backend = "inductor",
    ) -> None:
        self._device = device
        self._policy = policy
        self._compiled = compiled
        self._backend = backend

    def place(self, pipeline: StableDiffusionXLPipeline) -> None:
        """Move what stays on the device there."""
        pipeline.set_progress_bar_config(disable=True)
        layout = torch.channels_last if self._policy.channels_last else torch.preserve_format
        pipeline.unet.to(self._device, memory_format=layout)
        pipeline.vae.to(self._device, memory_format=layout)
        if self._policy.text_encoders_resident:
            pipeline.to(self._device)

    def quicken(self, unet: UNet2DConditionModel) -> None:
        """Fuse and compile, where that is wished for and not done yet."""
        if self._policy.fused_qkv and not _is_fused(unet):
            self._fuse(unet)
        if self._compiled and not _is_compiled(unet):
            self._compile(unet)

    def plain(self, unet: UNet2DConditionModel) -> None:
        """Make the UNet as it was loaded, so that LoRAs can be added to it."""
        if _is_fused(unet):
            unet.unfuse_qkv_projections()
            for module in unet.modules():
                if isinstance(module, Attention):
                    _without_fused_projections(module)
        _without_compiled_calls(unet)

    def of(self, unet: UNet2DConditionModel) -> str:
        """What of it a UNet's pixels depend on, as recipes say it; begins with a comma if any."""
        used = [
            ("channels last", self._policy.channels_last),
            ("fused QKV", _is_fused(unet)),
            ("compiled", _is_compiled(unet)),
        ]
        return "".join(f", {name}" for name, is_so in used if is_so)

    def _fuse(self, unet: UNet2DConditionModel) -> None:
        """Fuse all of it or, where memory lacks half way, nothing."""
        try:
            unet.fuse_qkv_projections()
        except Exception:
            self.plain(unet)
            raise

    def _compile(self, unet: UNet2DConditionModel) -> None:
        """Compile the repeated blocks and step once; where that fails it is drawn without."""
        try:
            unet.compile_repeated_blocks(dynamic=True, backend=self._backend)
            _step_once(unet)
        except Exception as error:
            _without_compiled_calls(unet)
            said = " ".join(str(error).split())[:300]
            _log.warning("compiling failed, so it is drawn without: %s", said)
        else:
            _log.info("compiled the UNet's repeated blocks")


def _step_once(unet: UNet2DConditionModel) -> None:
    """One step with guidance and one without, on nothing, for the compiler to see."""
    config, like = unet.config, {"device": unet.device, "dtype": unet.dtype}
    pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
    for batch in (2, 1):
        unet(
            torch.zeros(batch, config.in_channels, config.sample_size, config.sample_size, **like),
            1,
            encoder_hidden_states=torch.zeros(batch, 77, config.cross_attention_dim, **like),
            added_cond_kwargs={
                "text_embeds": torch.zeros(batch, pooled, **like),
                "time_ids": torch.zeros(batch, 6, **like),
            },
        )


def _is_fused(unet: UNet2DConditionModel) -> bool:
    return any(one.fused_projections for one in unet.modules() if isinstance(one, Attention))


def _without_fused_projections(module: Attention) -> None:
    """Its own projections are still there; the joined ones would only take memory."""
    module.fused_projections = False
    for name in ("to_qkv", "to_kv"):
        if hasattr(module, name):
            delattr(module, name)


def _is_compiled(unet: UNet2DConditionModel) -> bool:
    return any(one._compiled_call_impl is not None for one in unet.modules())


def _without_compiled_calls(unet: UNet2DConditionModel) -> None:
    """Undo `Module.compile`, for which torch has no opposite."""
    for module in unet.modules():
        module._compiled_call_impl = None
