"""The simulator that `make run` starts beside the product."""

from contextlib import ExitStack
from pathlib import Path

import requests

from config.local.simulator import SimulatorProcess


def test_simulators_started_in_the_same_moment_each_have_a_port(
    tmp_path: Path,
) -> None:
    with ExitStack() as until_the_end:
        started = [
            SimulatorProcess(tmp_path / f"{number}.json", wanted_port=18100) for number in range(3)
        ]
        for process in started:
            until_the_end.callback(process.stop)
        for process in started:
            process.wait_until_ready()

        assert len({process.page_url for process in started}) == 3
        for process in started:
            assert requests.get(process.page_url, timeout=10).status_code == 200
