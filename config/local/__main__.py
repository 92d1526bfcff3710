"""`python -m config.local`: web server, worker, beat and a SmartHR simulator, on SQLite."""

import argparse
import os
import signal
import socket
import sys
from contextlib import ExitStack
from types import FrameType
from typing import IO, NoReturn

from django.core.exceptions import ImproperlyConfigured

from config.child_process import end_with_parent
from config.local import environment
from config.local.simulator import ACCOUNT, TOKEN, SimulatorProcess


def main() -> int:
    if _options().end_with_parent:
        end_with_parent()
    signal.signal(signal.SIGTERM, _leave)
    try:
        with ExitStack() as until_the_end:
            return _run(until_the_end)
    except environment.AlreadyRunning as other:
        print(f"It runs already: {other}", file=sys.stderr)
        return 1
    except ImproperlyConfigured as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="config.local", description=__doc__)
    parser.add_argument("--end-with-parent", action="store_true", help="stop when `make` is gone")
    return parser.parse_args()


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _run(until_the_end: ExitStack) -> int:
    lock = until_the_end.enter_context(environment.hold_lock())
    web = until_the_end.enter_context(environment.listen(_wanted_port()))
    address = f"http://{environment.HOST}:{environment.port_of(web)}"
    _note_address(lock, address)
    environment.make_secrets()
    os.environ.setdefault("PUBLIC_URL", address)
    simulator = None
    if not os.environ.get("SMARTHR_API_URL"):
        simulator = SimulatorProcess(environment.VAR / "simulator.json")
        until_the_end.callback(simulator.stop)
        os.environ["SMARTHR_API_URL"] = simulator.api_url
    _prepare_data(simulator)
    return _serve(web, address, simulator)


def _wanted_port() -> int:
    raw = os.environ.get("PORT", "").strip() or "8000"
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        raise ImproperlyConfigured("Environment variable PORT: is no port number.")
    return int(raw)


def _note_address(lock: IO[str], address: str) -> None:
    lock.truncate(0)
    lock.write(address)
    lock.flush()


def _prepare_data(simulator: SimulatorProcess | None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0)
    if simulator is not None:
        simulator.wait_until_ready()
    from config import demo

    demo.fill(connect_to=(ACCOUNT, TOKEN) if simulator is not None else None)
    connections.close_all()
    names = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "PUBLIC_URL", "SMARTHR_API_URL")
    variables = {name: os.environ[name] for name in names if name in os.environ}
    environment.write_variables(environment.VAR / "local.env", variables)


def _serve(web: socket.socket, address: str, simulator: SimulatorProcess | None) -> int:
    from waitress.server import create_server

    from config.celery import app
    from config.local.background import BackgroundWork
    from config.wsgi import application

    server = create_server(application, sockets=[web], threads=8, ident=None)
    background = BackgroundWork(app)
    background.start()
    print(_banner(address, simulator), flush=True)
    server.run()  # until Ctrl-C or SIGTERM
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("Stopping …", flush=True)
    server.close()
    if not background.stop():
        # A thread cannot be ended, and the interpreter would wait for it.
        if simulator is not None:
            simulator.stop()
        os._exit(0)
    return 0


def _banner(address: str, simulator: SimulatorProcess | None) -> str:
    from config import demo

    lines = [
        "",
        f"  名刺管理      {address}/",
        f"  企業ID        {demo.COMPANY_CODE}",
        f"  社員ID        {demo.ADMIN_ID}",
        f"  パスワード    {demo.ADMIN_PASSWORD}",
    ]
    if simulator is not None:
        lines.append(f"  SmartHR       {simulator.page_url} (simulator)")
    lines += ["", "  Ctrl-C stops it. The data is in var/; delete that to start anew.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
