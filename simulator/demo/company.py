import random
from datetime import UTC, date, datetime

from simulator import clock
from simulator.demo.flaws import spoil
from simulator.demo.people import Hiring, person
from simulator.demo.tree import CYCLE, department_records
from simulator.json_text import Record
from simulator.store import Store

FOUNDED = clock.stamp(datetime(2020, 1, 6, 1, tzinfo=UTC))
DEPTH_WEIGHT = 3
CYCLE_WEIGHT = 1


def fill(store: Store, *, people: int, departments: int, seed: int, today: date | None) -> None:
    """Replace the store's crews and departments by a made-up company."""
    rng = random.Random(seed)
    day = today or clock.today()
    tree = department_records(departments, rng, FOUNDED)
    keys = list(tree)
    hiring = Hiring(rng, day, keys, [_weight(tree, key) for key in keys])
    crews = [person(number, hiring) for number in range(1, people + 1)]
    spoil(crews, rng, day)
    store.departments.clear()
    store.departments.update(tree)
    store.crews.clear()
    store.crews.update({str(crew["id"]): crew for crew in crews})


def _weight(tree: dict[str, Record], key: str) -> int:
    """More people work further down."""
    if tree[key]["name"] in CYCLE:
        return CYCLE_WEIGHT
    depth = 0
    current = tree[key]["parent"]
    while isinstance(current, str):
        depth += 1
        current = tree[current]["parent"]
    return 1 + DEPTH_WEIGHT * depth
