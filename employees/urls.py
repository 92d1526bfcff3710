from django.urls import path

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
]
