"""X5: the initial password opens only the page that changes it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

OPEN_TO_EVERYONE = {
    "login",
    "logout",
    "password",
    "password-forgot",
    "password-reset",
    "healthz",
    "readyz",
}


class PasswordChangeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password and not self._is_open(request):
            response: HttpResponse = redirect("password")
            if request.headers.get("HX-Request"):  # htmx would swap the page into a fragment
                response = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
            return response
        return self.get_response(request)

    @staticmethod
    def _is_open(request: HttpRequest) -> bool:
        try:
            return resolve(request.path_info).view_name in OPEN_TO_EVERYONE
        except Resolver404:
            return False
