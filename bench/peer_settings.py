"""The product's settings with the address of the usual way beside its own."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.peer"
