from typing import Any, cast

from flask import Response, g, redirect, request, url_for

from simulator.account import Account


def current_account() -> Account:
    return cast("Account", g.account)


def text(name: str) -> str | None:
    """A form value without surrounding white space; None when empty."""
    return request.form.get(name, "").strip() or None


def moved_on(endpoint: str, notice: str, **values: Any) -> Response:
    """After a change the browser goes on by GET, so that reloading repeats nothing."""
    target = url_for(endpoint, _method="GET", notice=notice, **values)
    return cast("Response", redirect(target, 303))
