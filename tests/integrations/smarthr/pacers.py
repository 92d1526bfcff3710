"""Pacers for tests that need no database."""

from integrations.smarthr.pacer import RateLimits


class MemoryPacer:
    """Lets everything pass and remembers what it was told."""

    def __init__(self) -> None:
        self.turns = 0
        self.seen: list[RateLimits] = []
        self.threads_done = 0

    def wait_turn(self) -> None:
        self.turns += 1

    def saw(self, limits: RateLimits) -> None:
        self.seen.append(limits)

    def thread_done(self) -> None:
        self.threads_done += 1
