"""Forms of login and 社員, a file each."""

from employees.forms.display import DisplayModeForm
from employees.forms.login import EMPLOYEE_ID_CHANGED, LOGIN_FAILED, WAIT, LoginForm
from employees.forms.password import NewPasswordForm, OwnPasswordForm

__all__ = [
    "EMPLOYEE_ID_CHANGED",
    "LOGIN_FAILED",
    "WAIT",
    "DisplayModeForm",
    "LoginForm",
    "NewPasswordForm",
    "OwnPasswordForm",
]
