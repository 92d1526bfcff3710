from django.urls import path

from employees.views import display, login, password, people_list

urlpatterns = [
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("password/", password.password, name="password"),
    path("display/", display.display_mode, name="display-mode"),
    path("employees/", people_list.employee_list, name="employee-list"),
]
