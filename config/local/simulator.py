"""The bundled SmartHR as a child process that never outlives this one."""

import os
import subprocess
import sys
from pathlib import Path

from config.child_process import ending_with_this_process
from config.local.environment import HOST, listen, port_of

ACCOUNT = "demo"
# Opens nothing but the invented company on this machine.
TOKEN = "simulator-demo-token-1234"  # noqa: S105
COMPANY = ("--account", ACCOUNT, "--people", "3000", "--seed", "1")


class SimulatorProcess:
    def __init__(self, state: Path, *, wanted_port: int = 8100) -> None:
        # Handed over: a number that was free a moment ago may be taken when the child gets to it.
        with listen(wanted_port) as listening:
            port, handle = port_of(listening), listening.fileno()
            command = [sys.executable, "-m", "simulator", "--fd", str(handle)]
            self._process = subprocess.Popen(
                [*command, *COMPANY, "--state", str(state)],
                env={**os.environ, "SIMULATOR_TOKEN": TOKEN},
                stdout=subprocess.PIPE,
                text=True,
                pass_fds=[handle],
                # Ctrl-C is for the app, which stops its syncs before what they talk to.
                start_new_session=True,
                preexec_fn=ending_with_this_process(),  # noqa: PLW1509 - no threads run yet
            )
        self.api_url = f"http://{HOST}:{port}/{{subdomain}}/api/v1"
        self.page_url = f"http://{HOST}:{port}/{ACCOUNT}/"

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        if "ready" not in self._process.stdout.readline():
            raise RuntimeError("The SmartHR simulator did not start.")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
