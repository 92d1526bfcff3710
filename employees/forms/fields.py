"""Fields that the forms of login and password share."""

from typing import Any

from django import forms


class AsTyped(forms.CharField):
    """Only a missing value is named: what nobody can have fails as what nobody has."""

    def run_validators(self, value: Any) -> None:
        pass


def password_field(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    return AsTyped(
        label=label,
        strip=False,
        error_messages={"required": f"{label}を入力してください。"},
        widget=forms.PasswordInput(
            {"class": "form-control", "autocomplete": autocomplete, "data-password": True}
        ),
        **options,
    )
