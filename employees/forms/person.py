"""The form of one person (O3); what may be wanted of the record is decided in employees.wanted."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from companies.models import Company
from employees.choices import Role
from employees.forms.fields import AsTyped, password_field
from employees.images import CENTRE, BadImage, Crop, square_image
from employees.models import Employee
from employees.passwords import MINIMUM_LENGTH, StoredPassword, problem_of
from employees.services.editing import WantedImage
from employees.services.records import NO_SUCH_GROUP, current_of
from employees.wanted import IDENTITY, LABELS, NOBODY, Wanted, problems_of
from groups.tree import GroupTree

LARGEST_NUMBER: Final = 2**63 - 1
ROLE_UNKNOWN: Final = "権限を選んでください。"


def _text(label: str, *, mono: bool = False, **attributes: str) -> forms.CharField:
    classes = "form-control mk-mono" if mono else "form-control"
    given = {"class": classes, "autocomplete": "off", **attributes}
    return AsTyped(label=label, required=False, widget=forms.TextInput(given))


class _Share(forms.FloatField):
    """A place in the image as a script tells it; nonsense is the middle."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> float | None:
        try:
            share: float | None = super().clean(value)
        except forms.ValidationError:
            return None
        return share if share is None or 0 <= share <= 1 else None


class PersonForm(forms.Form):
    """Of a new person, or of `person`; the identity of a linked one is no part of it (E9)."""

    employee_id = _text("社員ID", mono=True, autocapitalize="none", spellcheck="false")
    last_name = _text("姓")
    first_name = _text("名")
    email = _text("メールアドレス", inputmode="email", autocapitalize="none", spellcheck="false")
    group = forms.IntegerField(
        label="グループ",
        min_value=1,
        max_value=LARGEST_NUMBER,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), NO_SUCH_GROUP
        ),
    )
    role = forms.TypedChoiceField(
        label="権限",
        choices=Role.choices,
        coerce=Role,
        error_messages={"required": ROLE_UNKNOWN, "invalid_choice": ROLE_UNKNOWN},
        widget=forms.Select({"class": "form-select mk-narrow"}),
    )
    new_password = password_field("新しいパスワード", "new-password", required=False)
    image = forms.FileField(
        label="画像",
        required=False,
        max_length=1000,
        help_text="PNG・JPEG・WebP、10MBまで。正方形に切り抜きます。",
        error_messages={
            "empty": "ファイルが空です。画像を選択し直してください。",
            "invalid": "ファイルを受け取れませんでした。画像を選択し直してください。",
        },
        widget=forms.FileInput(
            {"class": "form-control", "accept": "image/png,image/jpeg,image/webp"}
        ),
    )
    crop_across, crop_down, crop_side = _Share(), _Share(), _Share()
    remove_image = forms.BooleanField(
        label="今の画像を削除",
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        company: Company,
        tree: GroupTree,
        person: Employee | None = None,
        **kwargs: Any,
    ) -> None:
        self.company, self.tree, self.person = company, tree, person
        super().__init__(*args, **kwargs)
        password = self.fields["new_password"]
        rule = f"{MINIMUM_LENGTH}文字以上。企業IDは使えません。"
        if person is None:
            password.label = "パスワード"
            password.help_text = f"空のときは、一時パスワードを発行します。{rule}"
        else:
            password.help_text = f"空のときは変更しません。{rule}"
        if person is not None and person.is_linked:
            for name in IDENTITY:
                del self.fields[name]

    def clean_group(self) -> int:
        group: int = self.cleaned_data["group"]
        if group not in self.tree.nodes:
            raise forms.ValidationError(NO_SUCH_GROUP)
        return group

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        # Not held against the person's present one: the answer would tell an 管理者 who tries
        # birth dates which is right (E7).
        stored = StoredPassword(company_code=self.company.code, encoded="", is_initial=False)
        if password and (problem := problem_of(password, stored=stored)):
            raise forms.ValidationError(problem)
        return password

    def clean_image(self) -> bytes | None:
        upload = self.cleaned_data["image"]
        if not upload:
            return None
        try:
            return square_image(upload, size=upload.size, crop=self._crop())
        except BadImage as problem:
            raise forms.ValidationError(str(problem)) from None

    def _crop(self) -> Crop:
        # The hidden fields stand behind the image in the form; they are cleaned here.
        across, down, side = (
            self.fields[name].clean(self.data.get(self.add_prefix(name)))
            for name in ("crop_across", "crop_down", "crop_side")
        )
        if across is None or down is None or side is None:
            return CENTRE
        return Crop(across, down, side)

    def clean(self) -> None:
        """The rules of people's records, all at once; the service asks them again."""
        if "role" not in self.cleaned_data:
            return
        current = current_of(self.person) if self.person else NOBODY
        for problem in problems_of(current, self.wanted):
            self.add_problem(problem.field, problem.text)

    def add_problem(self, field: str, text: str) -> None:
        self.add_error(field if field in self.fields else None, text)

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        identity = {name: data[name] for name in IDENTITY if name in data}
        return Wanted(
            **(identity | self._locked_values()),
            group_id=data.get("group"),
            role=data.get("role"),
            password=data.get("new_password") or None,
        )

    def _locked_values(self) -> dict[str, str]:
        """E9: a field of a linked person that is sent all the same is refused, not overlooked."""
        sent = {name: self.data[name] for name in LABELS if name in self.data}
        return {name: value for name, value in sent.items() if name not in self.fields}

    @property
    def wanted_image(self) -> WantedImage:
        content = self.cleaned_data.get("image")
        return WantedImage(content, bool(self.cleaned_data.get("remove_image")) and not content)
