"""What the other side does here: its requests and webhooks, and switches to trouble it."""

import time
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from simulator.clock import JAPAN
from simulator.pages.current import current_account, moved_on
from simulator.records.crew import SlotShape
from simulator.records.webhook import EVENTS

SHOWN = 50


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/activity", "activity", show_activity)
    pages.add_url_rule("/settings", "settings", change_settings, methods=["POST"])


def show_activity() -> str:
    account = current_account()
    started = time.time() - time.monotonic()
    with account.lock:
        latest = list(reversed(account.requests[-SHOWN:]))
        webhooks = list(account.webhooks.values())
    requests = [
        (datetime.fromtimestamp(started + record.time, UTC).astimezone(JAPAN), record)
        for record in latest
    ]
    return render_template(
        "activity.html", requests=requests, webhooks=webhooks, events=EVENTS, shapes=SlotShape
    )


def change_settings() -> Response:
    account = current_account()
    account.maintenance = "maintenance" in request.form
    account.inactive = "inactive" in request.form
    account.slot_shape = SlotShape(request.form.get("slot_shape", SlotShape.PADDED))
    slots = request.form.get("department_slots", "")
    if slots.isdecimal() and 1 <= int(slots) <= 10:
        account.department_slots = int(slots)
    return moved_on("pages.activity", "settings-changed")
