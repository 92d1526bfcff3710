"""Forms of the settings page; the rules themselves are in services.connection."""

from __future__ import annotations

from typing import Any

from django import forms

from companies.models import Company
from employees.models import Employee
from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy, WebhookMode
from integrations.models import SmartHRIntegration
from integrations.services.connection import ConnectionChanges
from integrations.webhook_texts import UNSCHEDULED, switch_text

NO_SLOT = "適用しない"
# X5: days; 0 for none.
EXPIRIES = {0: "なし", 30: "30日", 60: "60日", 90: "90日（おすすめ）", 180: "180日"}
PROPOSED_EXPIRY = 90
RETIRED_HINT = "おすすめは「新規に取り込まず、ログインを停止する」です。"


class ConnectionForm(forms.Form):
    """Both are refused or kept by the service; an empty token keeps the stored one."""

    subdomain = forms.CharField(
        label="サブドメイン",
        required=False,
        help_text="SmartHRで変更したときは、ここも変更してください。",
        widget=forms.TextInput(
            {
                "class": "form-control mk-mono",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    token = forms.CharField(
        label="アクセストークン",
        required=False,
        help_text="SmartHRで発行したものを貼り付けてください。保存すると、画面には表示されません。",
        # Never sent back to the browser (T3): a PasswordInput renders no value.
        widget=forms.PasswordInput(
            {"class": "form-control mk-mono", "autocomplete": "new-password"}
        ),
    )

    def changes(self) -> ConnectionChanges:
        data = self.cleaned_data
        return ConnectionChanges(subdomain=data["subdomain"], token=data["token"] or None)

    @staticmethod
    def stored(integration: SmartHRIntegration) -> dict[str, Any]:
        return {"subdomain": integration.subdomain}


def slot_label(slot: int | None) -> str:
    return NO_SLOT if slot is None else f"部署{slot}"


class DepartmentSlotForm(forms.Form):
    confirmation = "1"
    department_slot = forms.TypedChoiceField(
        label="グループとして適用する部署",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", NO_SLOT), *((slot, slot_label(slot)) for slot in range(1, 11))],
        error_messages={"invalid_choice": "選べない値です。一覧から選んでください。"},
        widget=forms.Select({"class": "form-select"}),
    )

    def changes(self) -> ConnectionChanges:
        return ConnectionChanges(department_slot=self.cleaned_data["department_slot"])

    def asks_first(self, integration: SmartHRIntegration) -> bool:
        """Whether saving would move people at the next sync (D4)."""
        slot = self.cleaned_data["department_slot"]
        if slot is None or slot == integration.department_slot:
            return False
        return bool(Employee.objects.for_company(integration.company_id).linked().exists())

    @property
    def wanted(self) -> str:
        return slot_label(self.cleaned_data["department_slot"])

    @staticmethod
    def stored(integration: SmartHRIntegration) -> dict[str, Any]:
        return {"department_slot": integration.department_slot or ""}


def _choice(label: str, choices: list[tuple[str, str]], help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        error_messages={
            "required": f"{label}を選んでください。",
            "invalid_choice": "選べない値です。一覧から選んでください。",
        },
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )


def _switch(label: str, help_text: str = "") -> forms.BooleanField:
    return forms.BooleanField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )


class WebhookForm(forms.Form):
    webhook_mode = _choice("自動同期", WebhookMode.choices)
    # X2
    hourly_sync = _switch("変更分同期を1時間ごとに行う")
    nightly_sync = _switch("毎晩すべてを照合する")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = WebhookMode(self.initial["webhook_mode"])
        self.unscheduled = UNSCHEDULED if self.before == WebhookMode.OFF else ""
        if self.unscheduled:
            # What is stored comes back with the mode: neither shown as on nor changed.
            for name in ("hourly_sync", "nightly_sync"):
                self.initial[name] = False
                self.fields[name].disabled = True

    def changes(self) -> ConnectionChanges:
        data = self.cleaned_data
        kept = bool(self.unscheduled)
        # Saved once more as it is, the mode is registered again (W2); a changed switch has
        # nothing to do with SmartHR.
        only_switches = bool(self.changed_data) and "webhook_mode" not in self.changed_data
        return ConnectionChanges(
            webhook_mode=None if only_switches else self.wanted,
            hourly_sync=None if kept else data["hourly_sync"],
            nightly_sync=None if kept else data["nightly_sync"],
        )

    @property
    def switches(self) -> list[forms.BoundField]:
        return [self["hourly_sync"], self["nightly_sync"]]

    @property
    def wanted(self) -> WebhookMode:
        return WebhookMode(self.cleaned_data["webhook_mode"])

    @property
    def confirmation(self) -> str:
        """The answer to the question about this very mode."""
        return str(self.wanted.value)

    @property
    def question(self) -> str:
        return switch_text(self.before, self.wanted)

    def asks_first(self, integration: SmartHRIntegration) -> bool:
        """Whether the mode changes, and can."""
        can_be = integration.is_connected or self.wanted != WebhookMode.AUTO
        return can_be and self.wanted != integration.webhook_mode

    @staticmethod
    def stored(integration: SmartHRIntegration) -> dict[str, Any]:
        return {
            "webhook_mode": integration.webhook_mode,
            "hourly_sync": integration.hourly_sync,
            "nightly_sync": integration.nightly_sync,
        }


class OtherSettingsForm(forms.Form):
    confirmation = "1"
    deletion_policy = _choice("同期で見つからなくなった従業員", DeletionPolicy.choices)
    retired_policy = _choice("退職者の扱い", RetiredPolicy.choices, RETIRED_HINT)
    name_source = _choice(
        "氏名に使う項目",
        NameSource.choices,
        "ビジネスネームが空の従業員は、姓名を使います。",
    )
    force_password_change = _switch(
        "初回ログイン時のパスワード変更を求める",
        "初期パスワードは推測されやすいため、求めることをおすすめします。",
    )

    initial_password_days = forms.TypedChoiceField(
        label="初期パスワードの有効期限",
        coerce=int,
        empty_value=None,
        required=False,
        choices=list(EXPIRIES.items()),
        help_text=(
            "この日数のあいだ一度も使われなかった初期パスワードでは、ログインできなくなります。"
            "日数を長くするか「なし」にすると、またログインできます。"
        ),
        error_messages={"invalid_choice": "選べない値です。一覧から選んでください。"},
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = self.initial.get("initial_password_days", 0)
        # What the command has set is shown and kept.
        options = EXPIRIES if days in EXPIRIES else EXPIRIES | {days: f"{days}日"}
        field: Any = self.fields["initial_password_days"]
        field.choices = sorted(options.items())

    def changes(self) -> ConnectionChanges:
        data = self.cleaned_data
        return ConnectionChanges(
            deletion_policy=DeletionPolicy(data["deletion_policy"]),
            retired_policy=RetiredPolicy(data["retired_policy"]),
            name_source=NameSource(data["name_source"]),
            force_password_change=data["force_password_change"],
            initial_password_days=data["initial_password_days"],
        )

    def asks_first(self, integration: SmartHRIntegration) -> bool:
        """Whether saving would let people be deleted without a question from now on."""
        return (
            self.cleaned_data["deletion_policy"] == DeletionPolicy.AUTO
            and integration.deletion_policy != DeletionPolicy.AUTO
        )

    @staticmethod
    def stored(integration: SmartHRIntegration) -> dict[str, Any]:
        company: Company = integration.company
        return {
            "deletion_policy": integration.deletion_policy,
            "retired_policy": integration.retired_policy,
            "name_source": integration.name_source,
            "force_password_change": company.force_password_change,
            "initial_password_days": (
                PROPOSED_EXPIRY
                if company.initial_password_days is None
                else company.initial_password_days
            ),
        }


SettingsForm = ConnectionForm | DepartmentSlotForm | WebhookForm | OtherSettingsForm
