"""Child processes that cannot outlive this one."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Has the kernel send this process `number` when its parent dies, even by kill -9 (Linux)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number)


def ending_with_this_process(number: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn` for Popen. Start the child from the main thread: its end is what counts."""
    parent = os.getpid()

    def in_child() -> None:
        end_with_parent(number)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return in_child
