"""Forms of a new password."""

from collections.abc import Callable
from typing import Any

from django import forms

from employees.forms.fields import password_field
from employees.forms.login import WAIT
from employees.passwords import MINIMUM_LENGTH, StoredPassword, problem_of


class NewPasswordForm(forms.Form):
    """The new password, twice; `stored` is what it is held against."""

    new_password = password_field(
        "新しいパスワード",
        "new-password",
        help_text=f"{MINIMUM_LENGTH}文字以上。企業ID、生年月日、今のパスワードは使えません。",
    )
    repeated = password_field("新しいパスワード（確認）", "new-password")

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

    current_password = password_field("今のパスワード", "current-password")
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
