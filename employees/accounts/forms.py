"""Forms for passwords that are asked for by mail, or issued to many people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone

from employees.accounts.choices import Kind
from employees.forms import LoginForm
from groups.tree import GroupTree


class ForgottenPasswordForm(LoginForm):
    password = None  # type: ignore[assignment]  # Django's way to leave a field out


class WhoseForm(forms.Form):
    """Whose passwords: of a group, of a kind. Whatever an address says, it means something."""

    group = forms.TypedChoiceField(label="グループ", required=False, coerce=int, empty_value=None)
    below = forms.BooleanField(label="下位のグループを含む", required=False)
    kind = forms.TypedChoiceField(
        label="パスワード",
        choices=Kind.choices,
        required=False,
        coerce=Kind,
        empty_value=Kind.ALL,
    )

    def __init__(self, *args: Any, tree: GroupTree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["group"]
        paths = [(node.pk, tree.path(node.pk)) for node, _ in tree.walk()]
        field.choices = [("", "すべて"), *paths]
        for name in ("group", "kind"):
            self.fields[name].widget.attrs["class"] = "form-select"
        self.fields["below"].widget.attrs["class"] = "form-check-input"


def moment_of(text: str | None) -> datetime:
    """When the page was made: what it carries, or now where it carries nothing of use."""
    now = timezone.now()
    try:
        moment = datetime.fromtimestamp(int(text or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return now.replace(microsecond=0)
    return min(moment, now)
