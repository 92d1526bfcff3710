"""Who may open a view. Every view carries one of these; a test walks the URLconf and says so."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Open without login."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open to every employee who is logged in; no browser keeps what it shows."""
    guarded = never_cache(login_required(view))
    guarded.access = "signed_in"  # type: ignore[attr-defined]
    return guarded


def administrators_only(view: View) -> View:
    """Open to 管理者 (C3); others get 403. No browser keeps what it shows."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(Any, request.user).is_administrator:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded = never_cache(login_required(checked))
    guarded.access = "administrators_only"  # type: ignore[attr-defined]
    return cast(View, guarded)
