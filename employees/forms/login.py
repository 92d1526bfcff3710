"""The form of the login."""

from django import forms

from employees.forms.fields import AsTyped, password_field

WAIT = "続けて失敗したときは、15分ほど待ってからやり直してください。"
# Of every failure the same, whatever its cause.
LOGIN_FAILED = f"ログインできませんでした。企業ID、社員ID、パスワードを確認してください。{WAIT}"
# S5: only to whoever knows the password.
EMPLOYEE_ID_CHANGED = (
    "社員IDが「{}」に変わりました。新しい社員IDでログインしてください。"
    "パスワードは変わっていません。"
)


def _identifier(label: str, autocomplete: str) -> forms.CharField:
    return AsTyped(
        label=label,
        max_length=254,
        error_messages={"required": f"{label}を入力してください。"},
        widget=forms.TextInput(
            {
                "class": "form-control mk-mono",
                "autocomplete": autocomplete,
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )


class LoginForm(forms.Form):
    company_code = _identifier("企業ID", "organization")
    employee_id = _identifier("社員ID", "username")
    password = password_field("パスワード", "current-password")
