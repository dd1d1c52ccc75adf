"""One Hypothesis profile for the whole run, and one thread for PyTorch, so that runs can be compared."""

from __future__ import annotations

import os

import torch
from hypothesis import settings

from symconv.testing.profiles import register_profiles

register_profiles()
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
torch.set_num_threads(1)
