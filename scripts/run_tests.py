"""`make test`: everything on PostgreSQL and Redis, then what uses the database on SQLite again."""

import os
import subprocess
import sys

NO_SERVERS = {"TEST_DATABASE_URL": "none", "TEST_REDIS_URL": "none"}
NOTHING_TO_RUN = 5
# Each process takes one of the 15 databases of a Redis server.
IN_PARALLEL = ["-n", "logical", "--maxprocesses", "6"]


def main(arguments: list[str]) -> int:
    result = _pytest(arguments, {})
    if result != 0 or os.environ.get("TEST_DATABASE_URL") == "none":
        return result
    print("\nThe tests that use the database, once more on SQLite without Redis:", flush=True)
    again = _pytest(["--again", *arguments], NO_SERVERS)
    return 0 if again == NOTHING_TO_RUN else again


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *IN_PARALLEL, *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
