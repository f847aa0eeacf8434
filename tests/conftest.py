"""What all tests share."""

from hypothesis import settings

# Property tests try the same examples on every run and leave nothing behind; a slow machine is no failure.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")
