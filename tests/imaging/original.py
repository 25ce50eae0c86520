"""Writes a pipeline's weights as one file in the layout that SDXL was first published in."""

import re

import torch
from safetensors.torch import load_file, save_file

UNET_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
UNET_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
OPEN_CLIP = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}


def write_single_file(folder, path):
    """One .safetensors of a folder's pipeline, for networks of one layer a block."""
    tensors = {}
    unet = load_file(folder / "unet/diffusion_pytorch_model.safetensors")
    tensors |= {f"model.diffusion_model.{_unet(key)}": value for key, value in unet.items()}
    vae = load_file(folder / "vae/diffusion_pytorch_model.safetensors")
    tensors |= {f"first_stage_model.{_vae(key)}": value for key, value in vae.items()}
    first = load_file(folder / "text_encoder/model.safetensors")
    prefix = "conditioner.embedders.0.transformer.text_model."
    tensors |= {f"{prefix}{key}": value for key, value in first.items()}
    second = load_file(folder / "text_encoder_2/model.safetensors")
    tensors |= {f"conditioner.embedders.1.model.{key}": one for key, one in _open_clip(second)}
    save_file({key: value.contiguous() for key, value in tensors.items()}, path)


def _unet(key):
    stem, end = key.rsplit(".", 1)
    if stem in UNET_ENDS:
        return f"{UNET_ENDS[stem]}.{end}"
    if place := re.match(r"down_blocks\.(\d)\.downsamplers\.0\.conv", key):
        return f"input_blocks.{2 * int(place[1]) + 2}.0.op.{end}"
    if place := re.match(r"up_blocks\.(\d)\.upsamplers\.0\.conv", key):
        attends = int(place[1]) < 2
        return f"output_blocks.{2 * int(place[1]) + 1}.{2 if attends else 1}.conv.{end}"
    where, kind, number, rest = re.match(
        r"(down_blocks\.\d|mid_block|up_blocks\.\d)\.(resnets|attentions)\.(\d)\.(.+)", key
    ).groups()
    resnet = kind == "resnets"
    if resnet:
        part = rest.split(".")[0]
        rest = rest.replace(part, UNET_RESNET[part])
    if where == "mid_block":
        return f"middle_block.{2 * int(number) if resnet else 1}.{rest}"
    block = int(where[-1])
    if where.startswith("down"):
        return f"input_blocks.{2 * block + 1 + int(number)}.{0 if resnet else 1}.{rest}"
    return f"output_blocks.{2 * block + int(number)}.{0 if resnet else 1}.{rest}"


def _vae(key):
    key = key.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
    key = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", key)
    key = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", key)
    key = re.sub(r"down_blocks\.(\d)\.resnets", r"down.\1.block", key)
    key = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{3 - int(m[1])}.upsample", key)
    return re.sub(r"up_blocks\.(\d)\.resnets", lambda m: f"up.{3 - int(m[1])}.block", key)


def _open_clip(tensors):
    for end in ("weight", "bias"):
        for layer in range(3):
            at = f"text_model.encoder.layers.{layer}.self_attn"
            parts = [tensors.pop(f"{at}.{one}_proj.{end}") for one in "qkv"]
            yield f"transformer.resblocks.{layer}.attn.in_proj_{end}", torch.cat(parts)
    for key, value in tensors.items():
        if place := re.match(r"text_model\.encoder\.layers\.(\d)\.(.+)\.(weight|bias)", key):
            yield f"transformer.resblocks.{place[1]}.{OPEN_CLIP[place[2]]}.{place[3]}", value
    yield "text_projection", tensors["text_projection.weight"].T
    yield "positional_embedding", tensors["text_model.embeddings.position_embedding.weight"]
    yield "token_embedding.weight", tensors["text_model.embeddings.token_embedding.weight"]
    for end in ("weight", "bias"):
        yield f"ln_final.{end}", tensors[f"text_model.final_layer_norm.{end}"]
