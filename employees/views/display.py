"""表示モード."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from companies.access import signed_in
from employees.forms.display import DisplayModeForm
from employees.models import Employee
from employees.services.display import choose_display_mode


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
