"""The settings as mypy's Django plugin reads them: no environment is needed to check types."""

import os

os.environ.setdefault("SECRET_KEY", "of no worth to anybody")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "Y2hlY2tzLWFuZC1ub3RoaW5nLWJ1dC1jaGVja3MtMDE=")

from config.settings import *  # noqa: F403
