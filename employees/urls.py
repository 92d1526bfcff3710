from django.urls import path

from employees import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password, name="password"),
    path("display/", views.display_mode, name="display-mode"),
    path("employees/", views.employee_list, name="employee-list"),
]
