"""Login and logout."""

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from companies.access import open_to_support, public
from employees import device
from employees.authentication import EmployeeIdChanged
from employees.forms.login import EMPLOYEE_ID_CHANGED, LOGIN_FAILED, LoginForm
from employees.models import Employee
from employees.services.sessions import sign_in, sign_out
from employees.views.next_page import next_page


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
        return HttpResponseRedirect(next_page(request))
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
    page = next_page(request)
    if employee.must_change_password:
        page = f"{resolve_url('password')}?{urlencode({'next': page})}"
    response = HttpResponseRedirect(page)
    device.remember(response, company_code=employee.company.code)
    return response


def _login_page(request: HttpRequest, form: LoginForm) -> HttpResponse:
    expired = device.was_signed_in(request) and not form.is_bound and "next" in request.GET
    context = {"form": form, "next": next_page(request), "session_expired": expired}
    # One status for every refusal, as of any other form: 401 or 429 would tell them apart.
    status = 422 if form.is_bound else 200
    return render(request, "employees/login.html", context, status=status)


def _login_address_of_page(request: HttpRequest) -> str:
    page = request.headers.get("HX-Current-URL", "")
    return f"{resolve_url('login')}?{urlencode({'next': page})}"


@public
@open_to_support
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    sign_out(request=request)
    messages.success(request, "ログアウトしました。")
    response = redirect("login")
    device.forget_session(response)
    return response
