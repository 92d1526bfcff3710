"""The frame of the person's pages: which account, which guard, what templates know."""

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, g, render_template, request

from simulator.account import Account
from simulator.pages import activity, crew_pages, department_pages
from simulator.pages.wording import NOTICES, STATUSES

ACCOUNTS = "simulator.accounts"


def register_pages(app: Flask, accounts: Mapping[str, Account]) -> None:
    app.extensions[ACCOUNTS] = accounts
    pages = Blueprint("pages", __name__, url_prefix="/<subdomain>")
    pages.url_value_preprocessor(_find_account)
    pages.url_defaults(_same_account)
    pages.before_request(_refuse_foreign_forms)
    pages.after_request(_keep_fresh)
    pages.context_processor(_words)
    crew_pages.add_routes(pages)
    department_pages.add_routes(pages)
    activity.add_routes(pages)
    app.add_url_rule("/", "index", _index)
    app.register_blueprint(pages)
    app.register_error_handler(404, _missing)


def _accounts() -> Mapping[str, Account]:
    return cast("Mapping[str, Account]", current_app.extensions[ACCOUNTS])


def _index() -> str:
    return render_template("index.html", accounts=list(_accounts().values()))


def _find_account(endpoint: str | None, values: dict[str, Any] | None) -> None:
    account = _accounts().get((values or {}).pop("subdomain", ""))
    if account is None:
        abort(404)
    g.account = account


def _same_account(endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("subdomain", cast("Account", g.account).subdomain)


def _refuse_foreign_forms() -> None:
    # No login guards these pages, so another site's form must not reach them.
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and origin != request.host_url.rstrip("/"):
        abort(403)


def _keep_fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _words() -> dict[str, object]:
    notice = NOTICES.get(request.args.get("notice", ""))
    return {"account": g.get("account"), "statuses": STATUSES, "notice": notice}


def _missing(error: Exception) -> tuple[str, int]:
    return render_template("missing.html"), 404
