"""What a community may draw with: checkpoints, LoRAs, style presets and the sizes that fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NATIVE = 1024

ASPECTS: Mapping[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "5:4": (1152, 896),
    "3:2": (1216, 832),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "4:5": (896, 1152),
    "2:3": (832, 1216),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
"""Nine of the sizes SDXL was trained on (width, height in pixels), each about one megapixel."""


FAMILY = "sdxl"
"""The family of whatever does not name another one."""

ADAPTER_FILE = "pytorch_lora_weights.safetensors"
"""How diffusers names the file of a LoRA."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA: low-rank weights that are added to those of a checkpoint of the same family."""

    key: str
    """What members pick and recipes say."""
    source: str
    """A .safetensors file or a hub id."""
    title: str = ""
    file: str = ADAPTER_FILE
    """Which file of a hub id."""
    revision: str = ""
    weight: float = 1.0
    """What it is mixed in with where nobody says."""
    family: str = FAMILY


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A set of weights of the SDXL family and how to draw well with it."""

    key: str
    """What members pick and recipes say."""
    source: str
    """A folder, a .safetensors file or a hub id."""
    title: str = ""
    revision: str = ""
    variant: str = ""
    vae: str = ""
    """A hub id or folder of a VAE that replaces the checkpoint's own."""
    vae_revision: str = ""
    family: str = FAMILY
    """Only LoRAs of the same family fit."""
    scheduler: str = "DPM++ 2M Karras"
    scheduler_config: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What it changes in the configuration of every scheduler it is drawn with."""
    steps: int = 28
    guidance_scale: float = 6.0
    native_size: int = NATIVE
    display_scale: int = 1
    aspects: tuple[str, ...] = tuple(ASPECTS)
    loras: tuple[Adapter, ...] = ()
    """Those that are always on."""
    negative_prompt: str = ""

    @property
    def weights(self) -> tuple[str, ...]:
        """What two checkpoints with the same weights in memory have in common."""
        return self.source, self.revision, self.variant, self.vae, self.vae_revision

    def size(self, aspect: str) -> tuple[int, int]:
        """Width and height in pixels for an aspect, scaled to the native size, multiples of 8."""
        width, height = ASPECTS[aspect]
        scale = self.native_size / NATIVE
        return round(width * scale / 8) * 8, round(height * scale / 8) * 8


@dataclass(frozen=True, slots=True)
class Style:
    """Words put round a prompt; `{prompt}` in the template is where the member's words go."""

    key: str
    template: str
    negative_prompt: str = ""

    def dress(self, prompt: str) -> str:
        """The member's prompt inside the template."""
        return self.template.replace("{prompt}", prompt)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every checkpoint and style on offer; `default` is the key drawn with when none is named."""

    checkpoints: Mapping[str, Checkpoint]
    default: str
    styles: Mapping[str, Style] = field(default_factory=dict)
    loras: Mapping[str, Adapter] = field(default_factory=dict)
    """Those that members may add."""

    def offered_with(self, model: str) -> Mapping[str, Adapter]:
        """The LoRAs that members may add to a checkpoint: those of its family."""
        if model not in self.checkpoints:
            return {}
        family = self.checkpoints[model].family
        return {key: one for key, one in self.loras.items() if one.family == family}

    def adapter(self, model: str, key: str) -> Adapter | None:
        """The LoRA of that name that a checkpoint can be drawn with, its own ones first."""
        own = self.checkpoints[model].loras if model in self.checkpoints else ()
        return {**self.offered_with(model), **{one.key: one for one in own}}.get(key)
