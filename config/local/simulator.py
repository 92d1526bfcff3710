"""The bundled SmartHR as a child process that never outlives this one."""

import os
import subprocess
import sys
from pathlib import Path

from config.child_process import ending_with_this_process
from config.local.environment import HOST, free_port

ACCOUNT = "demo"
# Opens nothing but the invented company on this machine.
TOKEN = "simulator-demo-token-1234"  # noqa: S105
PEOPLE = 3000


class SimulatorProcess:
    def __init__(self, state: Path, *, wanted_port: int = 8100) -> None:
        port = free_port(wanted_port)
        self.api_url = f"http://{HOST}:{port}/{{subdomain}}/api/v1"
        self.page_url = f"http://{HOST}:{port}/{ACCOUNT}/"
        command = [sys.executable, "-m", "simulator", "--port", str(port), "--account", ACCOUNT]
        self._process = subprocess.Popen(
            [*command, "--people", str(PEOPLE), "--seed", "1", "--state", str(state)],
            env={**os.environ, "SIMULATOR_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the app, which stops its syncs before it stops what they talk to.
            start_new_session=True,
            preexec_fn=ending_with_this_process(),  # noqa: PLW1509 - no threads run yet
        )

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        if "ready" not in self._process.stdout.readline():
            raise RuntimeError("The SmartHR simulator did not start.")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
