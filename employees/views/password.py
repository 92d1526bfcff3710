"""Changing one's own password."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from companies.access import signed_in
from employees.client_address import client_address
from employees.forms.password import NewPasswordForm, OwnPasswordForm
from employees.models import Employee
from employees.passwords import StoredPassword
from employees.services.passwords import change_own_password, confirm_own_password
from employees.views.next_page import next_page


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    employee = cast(Employee, request.user)
    form = _password_form(request, employee)
    if not form.is_valid():
        context = {"form": form, "forced": employee.must_change_password}
        context["next"] = next_page(request)
        status = 422 if form.is_bound else 200
        return render(request, "employees/password.html", context, status=status)
    new_password = form.cleaned_data["new_password"]
    if not change_own_password(employee=employee, new_password=new_password):
        return redirect("login")  # somebody else was faster: this session has ended
    update_session_auth_hash(request, employee)
    messages.success(request, "パスワードを変更しました。")
    return HttpResponseRedirect(next_page(request))


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
