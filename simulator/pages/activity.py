"""What the other side does here and hears from here, and switches to trouble it."""

import time
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from simulator.account import LoggedRequest
from simulator.clock import JAPAN
from simulator.deliveries.delivery import LoggedDelivery
from simulator.pages.current import current_account, moved_on
from simulator.pages.wording import NO_ANSWERS, NO_NAME
from simulator.records.crew import SlotShape
from simulator.records.webhook import EVENTS

SHOWN = 50


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/activity", "activity", show_activity)
    pages.add_url_rule("/settings", "settings", change_settings, methods=["POST"])


def show_activity() -> str:
    account = current_account()
    with account.lock:
        requests = account.requests[-SHOWN:]
        deliveries = account.deliveries[-SHOWN:]
        webhooks = list(account.webhooks.values())
    return render_template(
        "activity.html",
        requests=requests[::-1],
        deliveries=deliveries[::-1],
        webhooks=webhooks,
        events=EVENTS,
        shapes=SlotShape,
        time_of=_time_of,
        people=_people,
        no_answers=NO_ANSWERS,
    )


def _time_of(record: LoggedRequest | LoggedDelivery) -> str:
    started = time.time() - time.monotonic()
    moment = datetime.fromtimestamp(started + record.time, UTC).astimezone(JAPAN)
    return f"{moment:%H:%M:%S}"


def _people(record: LoggedDelivery) -> str:
    if not record.names:
        return ""
    others = len(record.names) - 1
    return (record.names[0] or NO_NAME) + (f" ほか{others:,}名" if others else "")


def change_settings() -> Response:
    account = current_account()
    account.maintenance = "maintenance" in request.form
    account.inactive = "inactive" in request.form
    account.slot_shape = SlotShape(request.form.get("slot_shape", SlotShape.PADDED))
    slots = request.form.get("department_slots", "")
    if slots.isdecimal() and 1 <= int(slots) <= 10:
        account.department_slots = int(slots)
    return moved_on("pages.activity", "settings-changed")
