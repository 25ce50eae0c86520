"""What torch, diffusers and safetensors raise, in the project's own words."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from bot.model.errors import AdapterLoadFailed, BotError, DeviceLost, ModelLoadFailed, OutOfMemory

_NO_MEMORY = (
    "DefaultCPUAllocator",
    "MPS backend out of memory",
    "CUDA out of memory",
    "error: out of memory",
    "STATUS_ALLOC_FAILED",
    "ALLOCATION_FAILED",
    "unable to find an engine to execute this computation",
)
"""What allocators say, CUDA itself and its libraries; the last is cuDNN without room to work in."""

_LOST = (
    "illegal memory access",
    "illegal instruction",
    "misaligned address",
    "invalid program counter",
    "device-side assert",
    "unspecified launch failure",
    "launch timed out",
    "uncorrectable ECC error",
    "hardware stack error",
    "GPU is lost",
    "error: unknown error",
    "busy or unavailable",
)
"""What CUDA says once and then, at every later call, until the process ends."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device had no memory left, however it says so."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _NO_MEMORY)


def is_lost(error: BaseException) -> bool:
    """Whether a graphics card will answer this process by errors only from now on."""
    text = str(error)
    return isinstance(error, RuntimeError) and "CUDA" in text and any(one in text for one in _LOST)


@contextmanager
def drawing() -> Iterator[None]:
    """Turn a lack of memory while drawing into OutOfMemory, a lost card into DeviceLost."""
    try:
        yield
    except BotError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory from None
        _raise_if_lost(error)
        raise


@contextmanager
def loading(model: str) -> Iterator[None]:
    """Turn whatever a load raises into ModelLoadFailed with a sentence about it.

    A lost card becomes DeviceLost.
    """
    try:
        yield
    except BotError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise ModelLoadFailed(
                model,
                "The device has too little memory for it.",
                "Close what else uses the device, or choose a smaller model.",
            ) from None
        _raise_if_lost(error)
        raise ModelLoadFailed(
            model,
            f"Its files do not fit together ({first_line(error)}).",
            "It has to be a checkpoint of the SDXL family in .safetensors; fetch it again.",
        ) from error


@contextmanager
def adding(lora: str) -> Iterator[None]:
    """Turn whatever adding a LoRA raises into AdapterLoadFailed with a sentence about it.

    A lost card becomes DeviceLost.
    """
    try:
        yield
    except BotError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise AdapterLoadFailed(
                lora,
                "The device has too little memory for it.",
                "Close what else uses the device, or take it off the list.",
            ) from error
        _raise_if_lost(error)
        raise AdapterLoadFailed(
            lora,
            f"It does not fit the model ({first_line(error)}).",
            "It has to be a LoRA in .safetensors for models of its family; correct its family.",
        ) from error


def _raise_if_lost(error: Exception) -> None:
    if is_lost(error):
        raise DeviceLost(first_line(error)) from None


def first_line(error: Exception) -> str:
    """The first line of an error's text, or its class where it has none."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]
