from django.urls import path

from employees import views
from employees.accounts.views import issuing, resets, unused

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password, name="password"),
    path("display/", views.display_mode, name="display-mode"),
    path("employees/", views.employee_list, name="employee-list"),
    # Passwords of people who forgot or never used theirs.
    path("password/forgot/", resets.forgotten, name="password-forgot"),
    path("password/reset/<slug:login_key>/", resets.reset, name="password-reset"),
    path("employees/<int:pk>/password/", issuing.issue, name="employee-password-issue"),
    path("employees/initial-passwords/", unused.overview, name="initial-passwords"),
    path("employees/initial-passwords/issue/", unused.issue, name="initial-passwords-issue"),
]
