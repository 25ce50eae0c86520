"""What a community may draw with: checkpoints, style presets and the sizes that fit them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    scheduler: str = "DPM++ 2M Karras"
    steps: int = 28
    guidance_scale: float = 6.0
    native_size: int = NATIVE
    display_scale: int = 1
    aspects: tuple[str, ...] = tuple(ASPECTS)
    loras: tuple[tuple[str, float], ...] = ()
    """Adapters that are always on: (folder, file or hub id, weight)."""
    negative_prompt: str = ""

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
