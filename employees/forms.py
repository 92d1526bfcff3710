"""Forms of login, password change and display mode."""

from collections.abc import Callable
from typing import Any

from django import forms

from employees.choices import DisplayMode
from employees.passwords import MINIMUM_LENGTH, StoredPassword, problem_of

WAIT = "続けて失敗したときは、15分ほど待ってからやり直してください。"
# Of every failure the same, whatever its cause.
LOGIN_FAILED = f"ログインできませんでした。企業ID、社員ID、パスワードを確認してください。{WAIT}"
# S5: only to whoever knows the password.
EMPLOYEE_ID_CHANGED = (
    "社員IDが「{}」に変わりました。新しい社員IDでログインしてください。"
    "パスワードは変わっていません。"
)


class _AsTyped(forms.CharField):
    """Only a missing value is named: what nobody can have fails as what nobody has."""

    def run_validators(self, value: Any) -> None:
        pass


def _identifier(label: str, autocomplete: str) -> forms.CharField:
    return _AsTyped(
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


def _password(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    return _AsTyped(
        label=label,
        strip=False,
        error_messages={"required": f"{label}を入力してください。"},
        widget=forms.PasswordInput(
            {"class": "form-control", "autocomplete": autocomplete, "data-password": True}
        ),
        **options,
    )


class LoginForm(forms.Form):
    company_code = _identifier("企業ID", "organization")
    employee_id = _identifier("社員ID", "username")
    password = _password("パスワード", "current-password")


class NewPasswordForm(forms.Form):
    """The new password, twice; `stored` is what it is held against."""

    new_password = _password(
        "新しいパスワード",
        "new-password",
        help_text=f"{MINIMUM_LENGTH}文字以上。企業ID、生年月日、今のパスワードは使えません。",
    )
    repeated = _password("新しいパスワード（確認）", "new-password")

    def __init__(self, *args: Any, stored: StoredPassword, **kwargs: Any) -> None:
        self.stored = stored
        super().__init__(*args, **kwargs)

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if problem := problem_of(password, stored=self.stored):
            raise forms.ValidationError(problem)
        return password

    def clean_repeated(self) -> str:
        repeated: str = self.cleaned_data["repeated"]
        if repeated != self.data.get(self.add_prefix("new_password"), repeated):
            raise forms.ValidationError(
                "新しいパスワードと一致しません。同じパスワードを入力してください。"
            )
        return repeated


class OwnPasswordForm(NewPasswordForm):
    """Changing it of one's own will asks who is sitting there."""

    current_password = _password("今のパスワード", "current-password")
    field_order = ("current_password", "new_password", "repeated")

    def __init__(self, *args: Any, is_present: Callable[[str], bool], **kwargs: Any) -> None:
        self.is_present = is_present
        super().__init__(*args, **kwargs)

    def clean_current_password(self) -> str:
        password: str = self.cleaned_data["current_password"]
        if not self.is_present(password):
            raise forms.ValidationError(
                f"今のパスワードが違います。もう一度入力してください。{WAIT}"
            )
        return password

    def clean_new_password(self) -> str:
        # "今のパスワードと同じです" would be another way to guess the present one.
        if "current_password" in self.errors:
            return str(self.cleaned_data["new_password"])
        return super().clean_new_password()


class DisplayModeForm(forms.Form):
    mode = forms.TypedChoiceField(
        label="画面の色",
        choices=DisplayMode.choices,
        coerce=DisplayMode,
        error_messages={
            "required": "画面の色を選んでください。",
            "invalid_choice": "選べない値です。一覧から選んでください。",
        },
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )
