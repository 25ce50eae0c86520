"""The libraries' own chatter, kept out of a service's log."""

from huggingface_hub.utils.tqdm import disable_progress_bars
from transformers.utils import logging as transformers_logging


def hush() -> None:
    """No progress bars on the terminal, and of the libraries' logs the errors only.

    Called before diffusers is imported: it imports image processors that complain at once.
    Warnings would also print what members ask for, where a prompt is too long.
    """
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    disable_progress_bars()

    from diffusers.utils import logging as diffusers_logging

    diffusers_logging.set_verbosity_error()
    diffusers_logging.disable_progress_bar()
