"""Who gets which 社員ID once every page was read: swaps, rings and contests (S3, S4). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from integrations.sync.types import Holder


@dataclass(frozen=True, slots=True)
class IdDecision:
    # Crew -> the 社員ID it gets.
    moves: dict[UUID, str]
    # Crew whose wish cannot be met -> who has the 社員ID after this run.
    refused: dict[UUID, str]
    # Crew created in this run that gives its 社員ID to a smaller crew id -> who gets it.
    displaced: dict[UUID, str]


def login_limit(people: int) -> int:
    """How many 社員ID change without a person: the larger of 10 and 20 % of all (S5)."""
    return max(10, people * 20 // 100)


def decide_ids(
    wishes: Mapping[UUID, str], holders: Mapping[str, Holder], names: Mapping[UUID, str]
) -> IdDecision:
    """Meets as many wishes as possible, the same for every order of pages.

    `wishes`: crew id -> 社員ID wanted instead of the present one. `holders`: who has each wanted
    社員ID now. `names`: of the crews that wish. A holder keeps a 社員ID unless their own wish comes
    true; one that got it only in this run is no "present holder" (S4) and contests it.
    """
    wanted_by: dict[str, list[UUID]] = defaultdict(list)
    for crew, code in wishes.items():
        wanted_by[code].append(crew)
    winner_of: dict[str, UUID] = {}
    contested: dict[str, UUID] = {}
    for code, crews in wanted_by.items():
        first = min(crews)
        rival = _rival(holders.get(code), wishes)
        if rival is None or first < rival:
            winner_of[code] = first
            if rival is not None:
                contested[code] = rival
    _drop_blocked(winner_of, wishes, holders)
    won = {crew: code for code, crew in winner_of.items()}
    refused = {
        crew: names[winner_of[code]] if code in winner_of else holders[code].name
        for crew, code in wishes.items()
        if crew not in won
    }
    displaced = {
        rival: names[winner_of[code]] for code, rival in contested.items() if code in winner_of
    }
    return IdDecision(won, refused, displaced)


def _rival(holder: Holder | None, wishes: Mapping[UUID, str]) -> UUID | None:
    """The holder's crew id where it got the 社員ID only in this run and wants no other."""
    if holder is None or not holder.created_in_run or holder.smarthr_id in wishes:
        return None
    return holder.smarthr_id


def _drop_blocked(
    winner_of: dict[str, UUID], wishes: Mapping[UUID, str], holders: Mapping[str, Holder]
) -> None:
    """Takes back every win of a 社員ID that its holder does not release, and what hangs on it."""
    held_by = {holder.smarthr_id: code for code, holder in holders.items() if holder.smarthr_id}
    winners = set(winner_of.values())

    def is_kept(code: str) -> bool:
        holder = holders.get(code)
        if holder is None or holder.smarthr_id in winners:
            return False
        return not holder.created_in_run or holder.smarthr_id in wishes

    blocked = [code for code in winner_of if is_kept(code)]
    while blocked:
        loser = winner_of.pop(blocked.pop(), None)
        if loser is None:
            continue
        winners.discard(loser)
        kept = held_by.get(loser)  # the loser keeps what it has
        if kept is not None and kept in winner_of:
            blocked.append(kept)
