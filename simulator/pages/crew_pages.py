from flask import Blueprint, Response, abort, render_template, request

from simulator.account import Account
from simulator.clock import today
from simulator.json_text import Record
from simulator.pages.crew_list import crew_list
from simulator.pages.current import current_account, moved_on, text
from simulator.pages.department_tree import department_options
from simulator.pages.wording import BAD_DATE
from simulator.records.crew import slot_ids
from simulator.records.crew_writes import is_date

TEXTS = (
    "emp_code",
    "last_name",
    "first_name",
    "last_name_yomi",
    "first_name_yomi",
    "business_last_name",
    "business_first_name",
    "email",
    "gender",
)
DATES = ("birth_at", "entered_at", "resigned_at")


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/", "crews", show_crews)
    pages.add_url_rule("/crews/new", "new_crew", edit_new_crew, methods=["GET", "POST"])
    pages.add_url_rule("/crews/<key>", "crew", edit_crew, methods=["GET", "POST"])
    pages.add_url_rule("/crews/<key>/retire", "retire_crew", retire_crew, methods=["POST"])
    pages.add_url_rule("/crews/<key>/rehire", "rehire_crew", rehire_crew, methods=["POST"])
    pages.add_url_rule("/crews/<key>/delete", "delete_crew", delete_crew, methods=["GET", "POST"])


def show_crews() -> str:
    account = current_account()
    with account.lock:
        found = crew_list(account, request.args)
        options = department_options(account)
    return render_template("crews.html", found=found, options=options)


def edit_new_crew() -> str | Response | tuple[str, int]:
    account = current_account()
    blank: Record = {
        "emp_status": "employed",
        "entered_at": today().isoformat(),
        "department_ids": [],
    }
    if request.method == "GET":
        return _form(account, blank)
    crew = blank | _submitted(account)
    error = _error(crew)
    if error:
        return _form(account, crew, error=error), 422
    key = account.add_crew(**crew)
    return moved_on("pages.crew", "crew-added", key=key)


def edit_crew(key: str) -> str | Response | tuple[str, int]:
    account = current_account()
    crew = _existing(account, key)
    if request.method == "GET":
        return _form(account, crew, key=key)
    changes = _changed(crew, _submitted(account))
    error = _error(changes)
    if error:
        return _form(account, crew | changes, key=key, error=error), 422
    if changes:
        account.change_crew(key, **changes)
    return moved_on("pages.crew", "crew-changed", key=key)


def retire_crew(key: str) -> Response | tuple[str, int]:
    account = current_account()
    crew = _existing(account, key)
    day = text("resigned_at")
    if day is None or not is_date(day):
        return _form(account, crew, key, "退職年月日を入力してください。"), 422
    changes: Record = {"resigned_at": day}
    # SmartHR keeps people employed until the day has passed.
    if day < today().isoformat():
        changes["emp_status"] = "retired"
    account.change_crew(key, **changes)
    return moved_on("pages.crew", "crew-retired", key=key)


def rehire_crew(key: str) -> Response:
    account = current_account()
    _existing(account, key)
    account.change_crew(key, emp_status="employed", resigned_at=None)
    return moved_on("pages.crew", "crew-rehired", key=key)


def delete_crew(key: str) -> str | Response:
    account = current_account()
    crew = _existing(account, key)
    if request.method == "GET":
        return render_template("crew_delete.html", crew=crew, key=key)
    account.delete_crew(key)
    return moved_on("pages.crews", "crew-deleted")


def _existing(account: Account, key: str) -> Record:
    try:
        return account.crew(key)
    except KeyError:
        abort(404)


def _form(account: Account, crew: Record, key: str = "", error: str = "") -> str:
    slots = slot_ids(crew)
    slots += [None] * (account.department_slots - len(slots))
    with account.lock:
        options = department_options(account, also=slots)
    return render_template(
        "crew.html",
        crew=crew,
        key=key,
        error=error,
        slots=slots[: account.department_slots],
        options=options,
        today=today().isoformat(),
    )


def _submitted(account: Account) -> Record:
    form: Record = {name: text(name) for name in (*TEXTS, *DATES)}
    slots = [text(f"department_{number + 1}") for number in range(account.department_slots)]
    form["department_ids"] = [slot if slot in account.departments else None for slot in slots]
    form["emp_status"] = text("emp_status") or "employed"
    return form


def _changed(crew: Record, form: Record) -> Record:
    """Only what the person touched: odd values elsewhere stay odd, and nothing is no change."""
    changes: Record = {}
    for name, value in form.items():
        before = crew.get(name)
        shown = before.strip() or None if isinstance(before, str) else before
        if value != shown and not (name == "department_ids" and _same_slots(crew, form)):
            changes[name] = value
    return changes


def _same_slots(crew: Record, form: Record) -> bool:
    before, after = slot_ids(crew), slot_ids(form)
    longest = max(len(before), len(after))
    return [*before, *[None] * longest][:longest] == [*after, *[None] * longest][:longest]


def _error(crew: Record) -> str:
    for name in DATES:
        value = crew.get(name)
        if isinstance(value, str) and not is_date(value):
            return BAD_DATE
    return ""
