from django.urls import path

from employees.accounts.views import issuing, resets, unused
from employees.views import (
    bulk,
    deletion,
    display,
    image,
    login,
    logins,
    password,
    people_list,
    person,
)

urlpatterns = [
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("password/", password.password, name="password"),
    path("display/", display.display_mode, name="display-mode"),
    path("employees/", people_list.employee_list, name="employee-list"),
    path("employees/add/", person.add, name="employee-add"),
    path("employees/bulk/", bulk.bulk, name="employee-bulk"),
    path("employees/<int:pk>/", person.edit, name="employee-edit"),
    path("employees/<int:pk>/image/", image.image, name="employee-image"),
    path("employees/<int:pk>/stop/", logins.stop, name="employee-stop"),
    path("employees/<int:pk>/resume/", logins.resume, name="employee-resume"),
    path("employees/<int:pk>/delete/", deletion.delete, name="employee-delete"),
    # Passwords of people who forgot or never used theirs.
    path("password/forgot/", resets.forgotten, name="password-forgot"),
    path("password/reset/<slug:login_key>/", resets.reset, name="password-reset"),
    path("employees/<int:pk>/password/", issuing.issue, name="employee-password-issue"),
    path("employees/initial-passwords/", unused.overview, name="initial-passwords"),
    path("employees/initial-passwords/issue/", unused.issue, name="initial-passwords-issue"),
]
