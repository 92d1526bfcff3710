import argparse
import os
import signal
import socket
import sys
from pathlib import Path

from simulator.account import Account
from simulator.deliveries.switches import for_people
from simulator.server import Simulator, start_simulator
from simulator.state_file import StateFile

ENDING = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    options = _options()
    token = options.token or os.environ.get("SIMULATOR_TOKEN")
    if not token:
        print("simulator: give --token or SIMULATOR_TOKEN", file=sys.stderr)
        return 2
    # Waited for instead of handled: a parent that dies sends one signal for each of its threads,
    # and a handler inside a handler would wait for its own lock. Threads inherit the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        listening = socket.socket(fileno=options.fd) if options.fd is not None else None
        simulator = start_simulator(options.port, options.host, listening)
    except OSError as error:
        print(f"simulator: port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    account = simulator.add_account(options.account, token)
    account.webhook_backoff = for_people
    state = _fill(simulator, account, options)
    print(
        f"SmartHR simulator ready: {account.page_url} ({len(account.crews)} people,"
        f" API {account.api_url})",
        flush=True,
    )
    signal.sigwait(ENDING)
    simulator.stop()
    if state is not None:
        state.close()
    return 0


def _fill(simulator: Simulator, account: Account, options: argparse.Namespace) -> StateFile | None:
    state = StateFile(options.state, simulator.accounts) if options.state else None
    if state is None or not state.restore():
        account.generate(options.people, options.departments, options.seed)
    if state is not None:
        state.save()
        state.start()
    return state


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A SmartHR to practise against.")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--fd", type=int, help="a listening socket that the parent hands over")
    parser.add_argument("--account", default="demo", metavar="SUBDOMAIN")
    parser.add_argument("--token", help="access token; else SIMULATOR_TOKEN")
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--departments", type=int, default=86)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, metavar="FILE", help="kept over restarts")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
