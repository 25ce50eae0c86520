"""What holds for every test."""

import os

from hypothesis import settings

# Before anything imports torch: one thread, so that tests do not fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A slow machine is no failure; pytest's own timeout catches what hangs.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
