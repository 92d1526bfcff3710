"""Who may open a view. Every view carries one of these; a test walks the URLconf and says so."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Support(StrEnum):
    """What the operator's staff may do with a view during a support visit (X11)."""

    NOTHING = "nothing"
    READS = "reads"
    ACTS = "acts"


# Of a view that has no mark of its own: a new one changes nothing unless somebody says so.
SUPPORT: Final = {
    "public": Support.READS,
    "signed_in": Support.NOTHING,  # of a person's own
    "administrators_only": Support.READS,
    "operators_only": Support.NOTHING,
}


def support_may(view: Any, method: str) -> bool:
    """Asked for every request of a visit (operators.middleware)."""
    default = SUPPORT.get(getattr(view, "access", ""), Support.NOTHING)
    support = getattr(view, "support", default)
    if support == Support.READS:
        return method in {"GET", "HEAD"}
    return bool(support == Support.ACTS)


def not_for_support(view: View) -> View:
    """Downloads and secrets: a support visit does not even read them."""
    view.support = Support.NOTHING  # type: ignore[attr-defined]
    return view


def shown_to_support(view: View) -> View:
    """A page of every employee that has nothing of its own to show to a support visit."""
    view.support = Support.READS  # type: ignore[attr-defined]
    return view


def open_to_support(view: View) -> View:
    """The few buttons that a support visit may press."""
    view.support = Support.ACTS  # type: ignore[attr-defined]
    return view


def _login_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return redirect_to_login(_page_of(request))

    return checked


def _page_of(request: HttpRequest) -> str:
    """Where to come back to: after a button, to the page it stood on; its address may be none."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    sent_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(sent_from, allowed_hosts={request.get_host()}):
        return resolve_url("home")
    return urlsplit(sent_from)._replace(scheme="", netloc="", fragment="").geturl()


def public(view: View) -> View:
    """Open without login."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open to every employee who is logged in; no browser keeps what it shows."""
    guarded = never_cache(_login_required(view))
    guarded.access = "signed_in"  # type: ignore[attr-defined]
    return cast(View, guarded)


def administrators_only(view: View) -> View:
    """Open to 管理者 (C3); others get 403. No browser keeps what it shows."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(Any, request.user).is_administrator:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded = never_cache(_login_required(checked))
    guarded.access = "administrators_only"  # type: ignore[attr-defined]
    return cast(View, guarded)


def operators_only(view: View) -> View:
    """Open to 管理者 of the operator's company (X11), not during a visit; others get 403."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(Any, request.user).is_operator_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded = never_cache(_login_required(checked))
    guarded.access = "operators_only"  # type: ignore[attr-defined]
    return cast(View, guarded)
