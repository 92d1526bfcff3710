"""What the services answer where a rule forbids an act; people read the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in `field` (the model's name of it), or in the whole ("")."""

    field: str
    text: str


class Refused(Exception):
    """Nothing was done. Its text says, in Japanese, what is wrong and what to do next."""

    def __init__(self, text: str = "", *, problems: Iterable[Problem] = ()) -> None:
        self.problems = tuple(problems) or (Problem("", text),)
        super().__init__(text or "".join(problem.text for problem in self.problems))
