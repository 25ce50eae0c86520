"""The device that is drawn on: which, in which number format, with how much memory."""

import os

import psutil
import torch

from bot.imaging.memory import threads_for
from bot.model.errors import ModelLoadFailed
from bot.model.room import DeviceMemory


def pick_device(wanted: str) -> torch.device:
    """The device by its name, or the best there is for "auto"; ModelLoadFailed if there is none."""
    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if wanted == "auto":
        return torch.device(next((name for name, found in there.items() if found()), "cpu"))
    if wanted == "cpu" or (wanted in there and there[wanted]()):
        return torch.device(wanted)
    raise ModelLoadFailed(
        model="Every model",
        reason=f"DEVICE asks for {wanted}, and torch finds no such device here.",
        advice="Set DEVICE=auto or cpu, or install the build of torch that fits the device.",
    )


def dtype_for(device: torch.device) -> torch.dtype:
    """Half precision where it is quick, single precision on the CPU."""
    return torch.float32 if device.type == "cpu" else torch.float16


def memory_of(device: torch.device) -> int | None:
    """The bytes of the device's own memory, None where it shares the computer's."""
    if device.type != "cuda":
        return None
    return int(torch.cuda.get_device_properties(device).total_memory)


def free_memory_of(device: torch.device) -> int:
    """The bytes of a card's memory that nobody uses yet; elsewhere all that the computer has."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().total)


def use_of_memory(device: torch.device) -> DeviceMemory | None:
    """How much of a card's memory is used, by other programs too; None without a card."""
    if device.type != "cuda":
        return None
    free, total = torch.cuda.mem_get_info(device)
    return DeviceMemory(used=int(total - free), total=int(total))


def use_threads(device: torch.device, native_size: int) -> None:
    """Set how many threads torch computes with, for a checkpoint that is drawn with on the CPU."""
    if device.type == "cpu":
        torch.set_num_threads(threads_for(native_size, os.cpu_count() or 1))


def name_of(device: torch.device) -> str:
    """The device as recipes name it, with what its pixels depend on."""
    if device.type == "cuda":
        return f"cuda, {torch.cuda.get_device_name(device)}"
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"cpu, {threads} thread{'s' if threads > 1 else ''}"
    return str(device.type)


def empty_cache(device: torch.device) -> None:
    """Give the device's memory back that torch keeps for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what was handed to it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


class Leash:
    """Keeps the thread from running more than a step ahead of a device that works by itself."""

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        self._last: torch.cuda.Event | None = None

    def step(self) -> None:
        """Wait until the device has done the step before the one just handed to it."""
        if not self._cuda:
            return
        event = torch.cuda.Event(blocking=True)
        event.record()
        if self._last is not None:
            self._last.synchronize()
        self._last = event
