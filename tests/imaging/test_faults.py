"""What the libraries say where a device has no memory left or is lost, by their own words."""

import pytest
import torch

from bot.imaging.sdxl import faults
from bot.model.errors import AdapterLoadFailed, DeviceLost, ModelLoadFailed, OutOfMemory

NO_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."),
    torch.AcceleratorError("CUDA error: out of memory\nCompile with `TORCH_USE_CUDA_DSA`"),
    RuntimeError("CUDA driver error: out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
    RuntimeError("GET was unable to find an engine to execute this computation"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate"),
    RuntimeError("MPS backend out of memory (MPS allocated: 9.0 GB)"),
    MemoryError(),
]

LOST = [
    "an illegal memory access was encountered",
    "device-side assert triggered",
    "unknown error",
    "CUDA-capable device(s) is/are busy or unavailable",
]


def names(errors):
    return [str(error).partition("\n")[0] or type(error).__name__ for error in errors]


@pytest.mark.parametrize("error", NO_MEMORY, ids=names(NO_MEMORY))
def test_a_lack_of_memory_is_known_however_it_is_said(error):
    with pytest.raises(OutOfMemory), faults.drawing():
        raise error
    with pytest.raises(ModelLoadFailed, match="too little memory"), faults.loading("starter"):
        raise error
    with pytest.raises(AdapterLoadFailed, match="too little memory"), faults.adding("ink"):
        raise error


@pytest.mark.happens("the graphics card is lost to the process")
@pytest.mark.parametrize("said", LOST)
def test_a_card_is_lost_in_whatever_is_done_with_it(said):
    for doing in (faults.drawing(), faults.loading("starter"), faults.adding("ink")):
        with pytest.raises(DeviceLost, match=said.partition("(")[0]), doing:
            raise torch.AcceleratorError(f"CUDA error: {said}\nCompile with TORCH_USE_CUDA_DSA")


@pytest.mark.happens("the graphics card is lost to the process")
def test_a_card_that_is_lost_while_a_lora_is_added_fails_no_load():
    with pytest.raises(DeviceLost), faults.loading("starter"), faults.adding("ink"):
        raise torch.AcceleratorError("CUDA error: unspecified launch failure")


def test_a_start_without_the_driver_is_no_card_that_was_lost():
    said = "CUDA unknown error - this may be due to an incorrectly set up environment"
    with pytest.raises(ModelLoadFailed, match="CUDA unknown error"), faults.loading("starter"):
        raise RuntimeError(said)
