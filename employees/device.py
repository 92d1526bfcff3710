"""What a browser remembers for the login screen: the 企業ID, and that it was logged in."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from companies.models import is_valid_code

CODE_COOKIE = "company_code"
SIGNED_IN_COOKIE = "signed_in"
YEAR = 365 * 24 * 60 * 60


def company_code(request: HttpRequest) -> str:
    code = request.COOKIES.get(CODE_COOKIE, "")
    return code if is_valid_code(code) else ""


def was_signed_in(request: HttpRequest) -> bool:
    return SIGNED_IN_COOKIE in request.COOKIES


def remember(response: HttpResponseBase, *, company_code: str) -> None:
    _set(response, CODE_COOKIE, company_code)
    _set(response, SIGNED_IN_COOKIE, "1")


def forget_session(response: HttpResponseBase) -> None:
    response.delete_cookie(SIGNED_IN_COOKIE, samesite="Lax")


def _set(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
