"""How long a client takes at most when a person waits for it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Haste:
    """All in seconds. A web server gives up a request after 30 (gunicorn's usual time-out).

    Looking up the host's name has time-outs of the machine's own, which come on top.
    """

    pauses: tuple[float, ...] = (0.5,)  # between two tries
    connect: float = 4.0
    answer: float = 8.0  # one whole answer
    total: float = 18.0  # everything that the client asks, from its making on
    longest_wait: float = 1.0  # for its turn, or for the end of a limit


IMPATIENT: Final = Haste()
# X9: one person is read while somebody waits; what takes longer goes on in the background.
ONE_PERSON: Final = Haste(connect=3.0, answer=6.0, total=9.0, longest_wait=2.0)
# W2: before and after a save, with a 接続テスト behind it in the same request.
REGISTERING: Final = Haste(answer=6.0, total=10.0)
PARTING: Final = Haste(pauses=(), connect=2.0, answer=3.0, total=4.0)
