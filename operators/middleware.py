"""X11: during a support visit a request is the visitor's, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from companies.access import support_may
from employees.models import Employee
from operators.services.visits import KEY, Visit, end_visit, visit_of
from operators.visitor import SupportVisitor

# The banner says that it is a visit.
REFUSAL: Final = "何も変更していません。必要な変更は、お客様の管理者に依頼してください。"
TIMED_OUT: Final = "閲覧できる60分が過ぎたため、閲覧を終了しました。"


class SupportVisitMiddleware:
    """After those that find the session, the person and the messages.

    The person behind the visit is looked up first, with every request: whoever may no longer log
    in, or has to change the password, gets no further than anybody else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        visit = _visit(request)
        if visit is None:
            return self.get_response(request)
        staff = cast(Employee, request.user)
        if visit.is_over:
            return _timed_out(request, staff, visit)
        request.user = cast(Any, SupportVisitor(staff, visit.company))
        return _without_files(request, self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Before the view, whichever it is: each says for itself what a visit may do with it."""
        visits = isinstance(cast(Any, request.user), SupportVisitor)
        if not visits or support_may(view, request.method or ""):
            return None
        if request.headers.get("HX-Request"):  # the page says why, instead of a part of it
            messages.error(request, REFUSAL)
            return HttpResponse(status=403, headers={"HX-Refresh": "true"})
        raise PermissionDenied


def _visit(request: HttpRequest) -> Visit | None:
    if not request.user.is_authenticated or KEY not in request.session:
        return None
    return visit_of(request, request.user)


def _timed_out(request: HttpRequest, staff: Employee, visit: Visit) -> HttpResponse:
    """Whatever was asked for: the same address would be one of the operator's own company now."""
    end_visit(request=request, staff=staff, company=visit.company, timed_out=True)
    messages.info(request, TIMED_OUT)
    response = redirect("operator-companies")
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(response["Location"])
    return response


def _without_files(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A download that its view forgot to mark does not leave the house either."""
    if not response.get("Content-Disposition", "").startswith("attachment"):
        return response
    refusal: Any = render(request, "403.html", status=403)
    # Its files are closed with the answer; closing it here would end the request's connections.
    refusal._resource_closers += cast(Any, response)._resource_closers
    return cast(HttpResponse, refusal)
