"""What holds for every test: hypothesis draws the same examples each time."""

import os

from hypothesis import settings

# Fixed seeds, no deadline: neither a busy machine nor a lucky draw decides over a change.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=5_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
