"""The libraries' own chatter, kept out of a service's log."""

import logging
import warnings

from huggingface_hub.utils.tqdm import disable_progress_bars
from transformers.utils import logging as transformers_logging

WITH_HANDLERS = ("diffusers", "transformers", "huggingface_hub", "torch")
"""Libraries that print their log by themselves, past whatever our own handler keeps secret."""


def hush() -> None:
    """No progress bars on the terminal, and of the libraries' logs the errors only, by our handler.

    Called before diffusers is imported: it imports image processors that complain at once.
    Warnings would also print what members ask for, where a prompt is too long.
    """
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    disable_progress_bars()

    from diffusers.utils import logging as diffusers_logging

    diffusers_logging.set_verbosity_error()
    diffusers_logging.disable_progress_bar()
    for name in WITH_HANDLERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # Several LoRAs on one model are what is meant.
    warnings.filterwarnings("ignore", "Already found a `peft_config` attribute", UserWarning)
