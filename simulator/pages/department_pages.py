from datetime import timedelta

from flask import Blueprint, Response, abort, render_template, request

from simulator.account import Account
from simulator.clock import today
from simulator.errors import ApiError
from simulator.json_text import Record
from simulator.pages.current import current_account, moved_on, text
from simulator.pages.department_tree import department_options, department_tree
from simulator.records.department_writes import (
    check_unused,
    department_changes,
    discontinued_date,
)


def add_routes(pages: Blueprint) -> None:
    rule = pages.add_url_rule
    rule("/departments", "departments", show_departments)
    rule("/departments/new", "new_department", edit_new_department, methods=["GET", "POST"])
    rule("/departments/<key>", "department", edit_department, methods=["GET", "POST"])
    rule("/departments/<key>/discontinue", "discontinue", discontinue, methods=["POST"])
    rule("/departments/<key>/delete", "delete_department", delete_department, methods=["POST"])


def show_departments() -> str:
    account = current_account()
    wanted = request.args.get("q", "").strip()
    with account.lock:
        tree = department_tree(account)
        found = [
            branch
            for branch in tree
            if not wanted
            or wanted in str(branch.department["name"])
            or wanted == branch.department["code"]
        ]
    return render_template("departments.html", tree=found, total=len(tree), q=wanted)


def edit_new_department() -> str | Response | tuple[str, int]:
    account = current_account()
    if request.method == "GET":
        parent = request.args.get("parent")
        return _form(account, {"name": "", "parent": parent, "code": None, "position": None})
    try:
        changes = department_changes(_submitted() | {"name": text("name")}, account, None)
    except ApiError as error:
        return _refused(account, {}, "", error)
    key = account.add_department(**changes)
    return moved_on("pages.department", "department-added", key=key)


def edit_department(key: str) -> str | Response | tuple[str, int]:
    account = current_account()
    department = _existing(account, key)
    if request.method == "GET":
        return _form(account, department, key)
    form = _submitted()
    if form["parent_id"] == department["parent"]:
        # A parent in a cycle may stay, although it could not be chosen anew.
        del form["parent_id"]
    try:
        changes = department_changes(form, account, key)
    except ApiError as error:
        return _refused(account, department, key, error)
    account.change_department(key, **changes)
    return moved_on("pages.department", "department-changed", key=key)


def discontinue(key: str) -> Response | tuple[str, int]:
    account = current_account()
    department = _existing(account, key)
    try:
        day = discontinued_date(request.form.to_dict(), today().isoformat())
        check_unused(account, key)
    except ApiError as error:
        return _refused(account, department, key, error)
    account.change_department(key, discontinued_date=day)
    return moved_on("pages.departments", "department-discontinued")


def delete_department(key: str) -> Response | tuple[str, int]:
    account = current_account()
    department = _existing(account, key)
    try:
        # Beyond SmartHR, which refuses: so that one can watch what a sync makes of it.
        if not request.form.get("with_members"):
            check_unused(account, key)
    except ApiError as error:
        return _refused(account, department, key, error)
    account.delete_department(key)
    return moved_on("pages.departments", "department-deleted")


def _existing(account: Account, key: str) -> Record:
    try:
        return account.department(key)
    except KeyError:
        abort(404)


def _submitted() -> Record:
    position = text("position")
    return {
        "name": text("name"),
        "parent_id": text("parent_id"),
        "code": text("code"),
        "position": int(position) if position and position.isdecimal() else None,
    }


def _refused(account: Account, department: Record, key: str, error: ApiError) -> tuple[str, int]:
    form = {name: value for name, value in _submitted().items() if name in request.form}
    shown = department | form | {"parent": form.get("parent_id", department.get("parent"))}
    message = error.errors[0].message if error.errors else f"{error.message}。"
    return _form(account, shown, key, message), 422


def _form(account: Account, department: Record, key: str = "", error: str = "") -> str:
    with account.lock:
        branches = {branch.key: branch for branch in department_tree(account)}
        options = [option for option in department_options(account) if option[0] != key]
    return render_template(
        "department.html",
        department=department,
        key=key,
        branch=branches.get(key),
        options=options,
        error=error,
        yesterday=(today() - timedelta(days=1)).isoformat(),
    )
