"""The pipelines of the SDXL family: the only place that knows torch, diffusers and transformers.

Importing this package imports none of them; the factory does, on the executor thread.
"""

from collections.abc import Callable

from bot.imaging.memory import Resources
from bot.imaging.painter import Painter
from bot.model.checkpoint import Catalogue


def painter_factory(
    catalogue: Catalogue,
    *,
    device: str = "auto",
    bot_version: str = "",
    resources: Resources | None = None,
) -> Callable[[], Painter]:
    """What builds the painter on the executor thread; `device` is auto, cuda, mps or cpu."""

    def build() -> Painter:
        from bot.imaging.sdxl.quiet import hush

        hush()
        from bot.imaging.sdxl.pipelines import SdxlPainter

        return SdxlPainter(catalogue, device=device, bot_version=bot_version, resources=resources)

    return build
