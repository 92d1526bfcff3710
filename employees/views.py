"""Login, logout, password change, display mode and 社員リスト."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from companies.access import administrators_only, public, signed_in
from companies.requests import SignedInRequest
from employees import device, queries
from employees.authentication import EmployeeIdChanged
from employees.client_address import client_address
from employees.forms import (
    EMPLOYEE_ID_CHANGED,
    LOGIN_FAILED,
    DisplayModeForm,
    LoginForm,
    NewPasswordForm,
    OwnPasswordForm,
)
from employees.models import Employee
from employees.passwords import StoredPassword
from employees.services.display import choose_display_mode
from employees.services.passwords import change_own_password, confirm_own_password
from employees.services.sessions import sign_in, sign_out

PAGE_SIZE = 50


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):  # a part of a page asked, and its session has ended
        return HttpResponseClientRedirect(_login_address_of_page(request))
    if request.method == "POST":
        return _try_to_sign_in(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next_page(request))
    form = LoginForm(initial={"company_code": device.company_code(request)})
    return _login_page(request, form)


def _try_to_sign_in(request: HttpRequest) -> HttpResponse:
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form)
    try:
        employee = authenticate(request, **form.cleaned_data)
    except EmployeeIdChanged as changed:
        form.add_error(None, EMPLOYEE_ID_CHANGED.format(changed.present_id))
        return _login_page(request, form)
    if not isinstance(employee, Employee):
        form.add_error(None, LOGIN_FAILED)
        return _login_page(request, form)
    sign_in(request=request, employee=employee)
    page = _next_page(request)
    if employee.must_change_password:
        page = f"{resolve_url('password')}?{urlencode({'next': page})}"
    response = HttpResponseRedirect(page)
    device.remember(response, company_code=employee.company.code)
    return response


def _login_page(request: HttpRequest, form: LoginForm) -> HttpResponse:
    expired = device.was_signed_in(request) and not form.is_bound and "next" in request.GET
    context = {"form": form, "next": _next_page(request), "session_expired": expired}
    # One status for every refusal, as of any other form: 401 or 429 would tell them apart.
    status = 422 if form.is_bound else 200
    return render(request, "employees/login.html", context, status=status)


def _next_page(request: HttpRequest) -> str:
    """Where to go from here: only inside this site. An address, which redirect() might not see."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url("home")


def _login_address_of_page(request: HttpRequest) -> str:
    page = request.headers.get("HX-Current-URL", "")
    return f"{resolve_url('login')}?{urlencode({'next': page})}"


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    sign_out(request=request)
    messages.success(request, "ログアウトしました。")
    response = redirect("login")
    device.forget_session(response)
    return response


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    employee = cast(Employee, request.user)
    form = _password_form(request, employee)
    if not form.is_valid():
        context = {"form": form, "forced": employee.must_change_password}
        context["next"] = _next_page(request)
        status = 422 if form.is_bound else 200
        return render(request, "employees/password.html", context, status=status)
    new_password = form.cleaned_data["new_password"]
    if not change_own_password(employee=employee, new_password=new_password):
        return redirect("login")  # somebody else was faster: this session has ended
    update_session_auth_hash(request, employee)
    messages.success(request, "パスワードを変更しました。")
    return HttpResponseRedirect(_next_page(request))


def _password_form(request: HttpRequest, employee: Employee) -> NewPasswordForm:
    stored = StoredPassword(
        company_code=employee.company.code,
        encoded=employee.password,
        is_initial=employee.is_initial_password,
    )
    typed = request.POST or None
    if employee.must_change_password:
        return NewPasswordForm(typed, stored=stored)
    address = client_address(request)
    return OwnPasswordForm(
        typed,
        stored=stored,
        is_present=lambda password: confirm_own_password(
            employee=employee, password=password, address=address
        ),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def display_mode(request: HttpRequest) -> HttpResponse:
    employee = cast(Employee, request.user)
    typed = request.POST if request.method == "POST" else None
    form = DisplayModeForm(typed, initial={"mode": employee.theme})
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "employees/display_mode.html", {"form": form}, status=status)
    choose_display_mode(employee=employee, mode=form.cleaned_data["mode"])
    messages.success(request, "表示モードを変更しました。", extra_tags="toast")
    return redirect("display-mode")


@administrators_only
@require_GET
def employee_list(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    people = queries.listed_people(company)
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = queries.with_group_paths(page.object_list, company=company)
    return render(request, "employees/list.html", {"page": page, "rows": rows})
