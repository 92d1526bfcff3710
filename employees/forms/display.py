"""The form of 表示モード."""

from django import forms

from employees.choices import DisplayMode


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
