"""Makes LoRAs of random weights for the starter, as a trainer would save them."""

import torch
from diffusers import StableDiffusionXLPipeline
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

from bot.imaging.files import STARTER

ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]


def write_lora(path, seed, *, text_encoders=False):
    """A LoRA for the UNet, and for both text encoders too if that is said."""
    pipeline = StableDiffusionXLPipeline.from_pretrained(str(STARTER), dtype=torch.float32)
    layers = {"unet_lora_layers": _layers(pipeline.unet, ATTENTION, seed)}
    if text_encoders:
        for number, name in enumerate(("text_encoder", "text_encoder_2")):
            encoder = getattr(pipeline, name)
            layers[f"{name}_lora_layers"] = _layers(encoder, ["q_proj", "v_proj"], seed + number)
    StableDiffusionXLPipeline.save_lora_weights(path.parent, weight_name=path.name, **layers)
    return path


def _layers(module, targets, seed):
    module.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=targets))
    layers = convert_state_dict_to_diffusers(get_peft_model_state_dict(module))
    chance = torch.Generator().manual_seed(seed)
    return {key: 0.1 * torch.randn(layer.shape, generator=chance) for key, layer in layers.items()}
