"""パスワードの再設定: asked for by anybody, done with the key from the mail (X5)."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from companies.access import public
from employees import device
from employees.accounts.forms import ForgottenPasswordForm
from employees.client_address import client_address
from employees.forms import NewPasswordForm
from employees.models import Employee
from employees.passwords import StoredPassword
from employees.services.resets import ask_for_reset, reset_password, who_resets

READ_AND_WRITE = ["GET", "HEAD", "POST"]
KEY: Final = "password_reset_key"


@public
@never_cache
@require_http_methods(READ_AND_WRITE)
def forgotten(request: HttpRequest) -> HttpResponse:
    """The same answer for everybody, after the same time."""
    typed = request.POST if request.method == "POST" else None
    form = ForgottenPasswordForm(typed, initial={"company_code": device.company_code(request)})
    if not form.is_valid():
        context = {"form": form, "is_asked": not form.is_bound and "asked" in request.GET}
        status = 422 if form.is_bound else 200
        return render(request, "employees/accounts/forgotten.html", context, status=status)
    ask_for_reset(address=client_address(request), **form.cleaned_data)
    return HttpResponseRedirect(f"{resolve_url('password-forgot')}?asked")


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(READ_AND_WRITE)
def reset(request: HttpRequest, login_key: str) -> HttpResponse:
    """The key moves from the address into the session: no Referer and no log tells it."""
    if "key" in request.GET:
        return _take_key(request, login_key, request.GET["key"])
    key = request.session.get(KEY, "")
    employee = who_resets(login_key=login_key, key=key)
    if employee is None:
        return _not_good(request)
    form = NewPasswordForm(request.POST or None, stored=_stored(employee))
    if not form.is_valid():
        context = {"form": form, "employee": employee}
        status = 422 if form.is_bound else 200
        return render(request, "employees/accounts/reset.html", context, status=status)
    new_password = form.cleaned_data["new_password"]
    if not reset_password(employee=employee, key=key, new_password=new_password):
        return _not_good(request)
    # Whoever was logged in in this browser, the person or another, is not any more.
    request.session.flush()
    messages.success(request, "パスワードを設定しました。新しいパスワードでログインしてください。")
    response = redirect("login")
    device.remember(response, company_code=employee.company.code)
    device.forget_session(response)
    return response


def _take_key(request: HttpRequest, login_key: str, key: str) -> HttpResponse:
    if who_resets(login_key=login_key, key=key) is None:
        return _not_good(request)
    request.session[KEY] = key
    return redirect("password-reset", login_key)


def _not_good(request: HttpRequest) -> HttpResponse:
    return render(request, "employees/accounts/reset_refused.html", status=410)


def _stored(employee: Employee) -> StoredPassword:
    return StoredPassword(
        company_code=employee.company.code,
        encoded=employee.password,
        is_initial=employee.is_initial_password,
    )
