import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from integrations.models import TokenPace
from integrations.pacing import RowPacer, pace_key
from integrations.smarthr.errors import RateLimited
from integrations.smarthr.pacer import RateLimits
from simulator.server import start_simulator

KEY = "k" * 64
START = 1_800_000_000.0  # the start of a minute
SPACING = 1 / 9.6

pytestmark = pytest.mark.django_db


class Clock:
    """Time that only passes by sleeping."""

    def __init__(self) -> None:
        self.now = START
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pacer(clock: Clock) -> RowPacer:
    return RowPacer(KEY, clock=clock, sleep=clock.sleep)


def set_row(**values: object) -> None:
    TokenPace.objects.update_or_create(key=KEY, defaults=values)


def test_first_turn_comes_at_once_and_makes_the_row(pacer: RowPacer, clock: Clock) -> None:
    pacer.wait_turn()

    row = TokenPace.objects.get()
    assert clock.sleeps == [0.0]
    assert (row.key, row.next_at, row.blocked_until) == (KEY, START + SPACING, 0.0)
    assert row.minutes == {str(int(START // 60)): 1}


def test_turns_are_spaced(pacer: RowPacer, clock: Clock) -> None:
    for _ in range(20):
        pacer.wait_turn()

    assert clock.sleeps == pytest.approx([0.0] + [SPACING] * 19, abs=1e-6)


def test_two_pacers_of_one_token_share_its_slots(pacer: RowPacer, clock: Clock) -> None:
    other = RowPacer(KEY, clock=clock, sleep=clock.sleep)

    pacer.wait_turn()
    other.wait_turn()

    assert clock.sleeps == pytest.approx([0.0, SPACING], abs=1e-6)


def test_pacers_of_two_tokens_do_not_wait_for_each_other(pacer: RowPacer, clock: Clock) -> None:
    pacer.wait_turn()
    RowPacer("o" * 64, clock=clock, sleep=clock.sleep).wait_turn()

    assert clock.sleeps == [0.0, 0.0]


def test_turn_after_a_pause_comes_at_once(pacer: RowPacer, clock: Clock) -> None:
    pacer.wait_turn()
    clock.now += 60

    pacer.wait_turn()

    assert clock.sleeps == [0.0, 0.0]


def test_worker_that_wakes_up_too_late_takes_another_slot(clock: Clock) -> None:
    def sleep_long_once(seconds: float) -> None:
        clock.sleep(seconds + (0.05 if not clock.sleeps else 0.0))

    RowPacer(KEY, clock=clock, sleep=sleep_long_once).wait_turn()

    assert clock.sleeps == pytest.approx([0.05, SPACING - 0.05], abs=1e-6)


def test_short_block_is_slept_through(pacer: RowPacer, clock: Clock) -> None:
    set_row(blocked_until=START + 5)

    pacer.wait_turn()

    assert clock.sleeps == [5.0]


def test_long_block_is_raised_and_takes_no_slot(pacer: RowPacer, clock: Clock) -> None:
    set_row(blocked_until=START + 60)

    with pytest.raises(RateLimited) as caught:
        pacer.wait_turn()

    row = TokenPace.objects.get()
    assert caught.value.wait == 60.0
    assert clock.sleeps == []
    assert (row.next_at, row.minutes) == (0.0, {})


def test_queue_longer_than_five_seconds_is_raised(pacer: RowPacer) -> None:
    set_row(next_at=START + 5.01)

    with pytest.raises(RateLimited) as caught:
        pacer.wait_turn()

    assert caught.value.wait == pytest.approx(5.01)


def test_moments_from_before_the_clock_was_set_back_do_not_count(
    pacer: RowPacer, clock: Clock
) -> None:
    later = str(int(START // 60) + 120)
    set_row(next_at=START + 7_200, blocked_until=START + 90_000, minutes={later: 4_950})

    pacer.wait_turn()

    assert clock.sleeps == [0.0]


def test_hour_is_not_used_up_beyond_4950(pacer: RowPacer, clock: Clock) -> None:
    minute = int(START // 60)
    set_row(minutes={str(minute - 59): 100, str(minute - 10): 4_849})
    pacer.wait_turn()

    with pytest.raises(RateLimited) as caught:
        pacer.wait_turn()

    # The oldest minute is out of every hour two minutes from now: it counts to its very end.
    assert caught.value.wait == pytest.approx(120.0)
    assert clock.sleeps == [0.0]


def test_hour_frees_up_after_as_many_minutes_as_needed(pacer: RowPacer) -> None:
    minute = int(START // 60)
    set_row(minutes={str(minute - 50): 10, str(minute - 40): 100, str(minute): 4_950})

    with pytest.raises(RateLimited) as caught:
        pacer.wait_turn()

    assert caught.value.wait == pytest.approx(61 * 60.0)


def test_requests_of_more_than_an_hour_ago_are_forgotten(pacer: RowPacer) -> None:
    minute = int(START // 60)
    set_row(minutes={str(minute - 61): 4_950, str(minute - 60): 3})

    pacer.wait_turn()

    assert TokenPace.objects.get().minutes == {str(minute - 60): 3, str(minute): 1}


@pytest.mark.parametrize(
    ("limits", "blocked_for"),
    [
        (RateLimits(0, 30.0), 30),
        (RateLimits(0, 2.0), 2),
        (RateLimits(0, 1.0, is_refused=True), 1),
        (RateLimits(None, 3.0, is_refused=True), 3),
        (RateLimits(12, 3.0, is_refused=True), 3),
    ],
)
def test_used_up_limit_blocks_until_its_reset(
    pacer: RowPacer, limits: RateLimits, blocked_for: float
) -> None:
    set_row()

    pacer.saw(limits)

    assert TokenPace.objects.get().blocked_until == START + blocked_for


def test_longer_block_stays(pacer: RowPacer) -> None:
    set_row(blocked_until=START + 60)

    pacer.saw(RateLimits(0, 30.0))

    assert TokenPace.objects.get().blocked_until == START + 60


@pytest.mark.parametrize(
    "limits",
    [
        RateLimits(),
        RateLimits(1, 30.0),
        RateLimits(4_999),
        RateLimits(0),
        RateLimits(None, None, is_refused=True),
        RateLimits(0, 1.0),  # the tenth of a second
    ],
)
def test_answer_with_requests_left_writes_nothing(
    pacer: RowPacer, limits: RateLimits, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django's fixture
        pacer.saw(limits)


def test_turn_takes_few_queries(pacer: RowPacer, django_assert_max_num_queries: object) -> None:
    pacer.wait_turn()

    with django_assert_max_num_queries(4):  # type: ignore[operator]  # with the savepoint of the test
        pacer.wait_turn()


def test_pace_key_is_per_token_and_host() -> None:
    url = "https://{subdomain}.smarthr.jp/api/v1"
    key = pace_key("shr_1", url)

    assert len(key) == 64
    assert "shr_1" not in key
    assert key == pace_key("shr_1", "https://{subdomain}.SmartHR.jp/api/v2")
    assert key != pace_key("shr_2", url)
    assert key != pace_key("shr_1", "https://{subdomain}.daruma.space/api/v1")


def assert_paced(stamps: list[float]) -> None:
    stamps.sort()
    assert len(stamps) == 32
    assert min(b - a for a, b in zip(stamps, stamps[10:], strict=False)) > 1.0


@pytest.mark.needs_postgres
@pytest.mark.django_db(transaction=True)
def test_threads_on_postgresql_stay_below_ten_a_second() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row locks need PostgreSQL")
    stamps: list[float] = []

    def take_turns() -> None:
        pacer = RowPacer(KEY)
        for _ in range(8):
            pacer.wait_turn()
            stamps.append(time.time())
        pacer.thread_done()

    workers = [threading.Thread(target=take_turns) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert_paced(stamps)


@pytest.mark.django_db(transaction=True)
def test_turn_inside_a_transaction_is_refused() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        RowPacer(KEY).wait_turn()


MAKE_TABLE = """
from django.db import connection
from integrations.models import TokenPace
with connection.schema_editor() as editor:
    editor.create_model(TokenPace)
"""
READ_PAGES = """
import sys
from integrations.pacing import RowPacer, pace_key
from integrations.smarthr.client import SmartHRClient
pacer = RowPacer(pace_key("shr_1", sys.argv[1]))
client = SmartHRClient(subdomain="acme", token="shr_1", api_url=sys.argv[1], pacer=pacer)
print(sum(1 for page in client.read_ahead(1, client.departments_page)), client.requests)
"""


def start_python(code: str, database: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{code}", *arguments],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{database}"},
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )


def output(process: "subprocess.Popen[str]") -> str:
    text, _ = process.communicate()
    assert process.returncode == 0
    return text


def test_two_processes_that_read_ahead_are_never_refused(tmp_path: Path) -> None:
    database = tmp_path / "pace.sqlite3"
    output(start_python(MAKE_TABLE, database))
    with start_simulator() as simulator:
        account = simulator.add_account("acme", "shr_1")
        for _ in range(1_600):
            account.add_department("部")

        url = simulator.api_url_template
        readers = [start_python(READ_PAGES, database, url) for _ in range(2)]
        counts = [output(reader) for reader in readers]

    assert counts == ["16 16\n", "16 16\n"]
    assert {request.status for request in account.requests} == {200}
    assert_paced([request.time for request in account.requests])
