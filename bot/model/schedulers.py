"""The schedulers a member may choose: a label, the diffusers class, what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A sampler under the name members know, and the diffusers class that does it."""

    label: str
    diffusers_class: str
    config: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def _multistep(label: str, **config: Any) -> Scheduler:
    return Scheduler(label, "DPMSolverMultistepScheduler", MappingProxyType(config))


SCHEDULERS: Mapping[str, Scheduler] = MappingProxyType(
    {
        one.label: one
        for one in (
            Scheduler("Euler", "EulerDiscreteScheduler"),
            Scheduler("Euler a", "EulerAncestralDiscreteScheduler"),
            _multistep("DPM++ 2M"),
            _multistep("DPM++ 2M Karras", use_karras_sigmas=True),
            _multistep(
                "DPM++ 2M SDE Karras", algorithm_type="sde-dpmsolver++", use_karras_sigmas=True
            ),
            Scheduler("UniPC", "UniPCMultistepScheduler"),
            # Left to itself it clips to the range of pixels, which latents are not bound to.
            Scheduler("DDIM", "DDIMScheduler", MappingProxyType({"clip_sample": False})),
            Scheduler("Heun", "HeunDiscreteScheduler"),
            Scheduler("DEIS", "DEISMultistepScheduler"),
            Scheduler("LCM", "LCMScheduler"),
            Scheduler("DPM++ single", "DPMSolverSinglestepScheduler"),
        )
    }
)


def label_of(diffusers_class: str, config: Mapping[str, Any]) -> str:
    """The label members know a scheduler by, or the class name where none fits.

    What a checkpoint changes in every scheduler's configuration makes it no other one.
    """
    fitting = [
        scheduler
        for scheduler in SCHEDULERS.values()
        if scheduler.diffusers_class == diffusers_class
        and scheduler.config.items() <= config.items()
    ]
    return max(fitting, key=lambda one: len(one.config)).label if fitting else diffusers_class
