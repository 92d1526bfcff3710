"""The columns of the workbooks, one layout for each kind of record and both directions (B1, B2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bulk.choices import Subject
from bulk.workbook import Heading
from cards.models import PRINTED_FIELDS, BusinessCard

EMPLOYEE_ID: Final = "社員ID"
# The column that a file with the errors of an import has at its end; an import passes it over.
ERRORS: Final = Heading("エラー", 60)
EXPLANATIONS: Final = "説明"
CHOICES: Final = "選択肢"
WIDTHS: Final = {
    "company_name": 28,
    "department_name": 28,
    "title": 20,
    "last_name": 14,
    "first_name": 14,
    "name_romaji": 22,
    "postal_code": 12,
    "address": 48,
    "phone": 18,
    "mobile": 18,
    "email": 32,
    "url": 32,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet; `fields` are names for the columns, in order."""

    sheet: str
    headings: tuple[Heading, ...]
    fields: tuple[str, ...]
    # What the sheet 「説明」 says: a heading or "" for the whole, and a text.
    explanations: tuple[tuple[str, str], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(heading.label for heading in self.headings)


def _label(name: str) -> str:
    field: Any = BusinessCard._meta.get_field(name)
    return str(field.verbose_name)


_WHOLE: Final = (
    ("", "1行目の見出しとシートの名前は変えないでください。列の順番は変えてもかまいません。"),
    ("", "インポートは追加と変更だけをします。ファイルにないものは、そのまま残ります。"),
    ("", "数式・セルの結合は使えません。値はすべて文字列として入力してください。"),
)
_GROUP_RULE: Final = (
    "同じ名前のグループがあるときは「親/子」の形で入力してください（例：本社/営業部）。"
    "名前だけのときは、SmartHRと連携しているグループが優先されます。"
)
_EXACT_RULE: Final = (
    "名前に「/」を含むグループや、同じ場所に同じ名前のグループがあるときは、"
    "先頭に「/」を付けた形で1つに決められます。名前の中の「/」は「\\/」、「\\」は「\\\\」と書きます"
    "（例：/本社/営業\\/企画）。末尾の「\\123」はグループの番号です。"
    "エクスポートしたファイルの値は、そのままでいつも1つのグループに決まります。"
)

EMPLOYEES: Final = Layout(
    sheet="社員",
    headings=(
        Heading(EMPLOYEE_ID, 16),
        Heading("姓", 14),
        Heading("名", 14),
        Heading("メールアドレス", 32),
        Heading("グループ", 36),
        Heading("権限", 10),
        Heading("パスワード", 20),
    ),
    fields=(
        "employee_id",
        "last_name",
        "first_name",
        "email",
        "group",
        "role",
        "password",
    ),
    explanations=(
        *_WHOLE,
        (
            EMPLOYEE_ID,
            "行の社員を決める値です。登録のない社員IDは、新しい社員として追加します。"
            "半角英数字と @ . _ - を使い、3〜24文字、先頭と末尾は英数字にしてください。",
        ),
        ("姓", "新しい社員には必要です。"),
        ("名", "空のときは、名を空にします。"),
        (
            "メールアドレス",
            "権限が承認者・管理者の社員には必要です。空のときは、メールアドレスを空にします。",
        ),
        (
            "",
            "SmartHRと連携している社員の社員ID・姓・名・メールアドレスは、"
            "ファイルの値を使いません。SmartHRで変更してください。",
        ),
        ("グループ", _GROUP_RULE + "空のときは変更しません（新しい社員はグループ1）。"),
        ("グループ", _EXACT_RULE),
        (
            "権限",
            "申請者・承認者・管理者のどれかです。空のときは変更しません（新しい社員は申請者）。",
        ),
        (
            "パスワード",
            "変更するときだけ入力してください。12文字以上です。空のときは変更しません。"
            "エクスポートしたファイルでは、いつも空です。本人は次のログインで変更します。",
        ),
        (
            "パスワード",
            "新しい社員と、初期パスワードのまま承認者・管理者にする社員は、"
            "空のとき一時パスワードを発行します。",
        ),
    ),
)

GROUPS: Final = Layout(
    sheet="グループ",
    headings=(Heading("グループ名", 36), Heading("親グループ", 60)),
    fields=("name", "parent"),
    explanations=(
        *_WHOLE,
        (
            "グループ名",
            "同じ親の下に同じ名前のグループがなければ、新しいグループを追加します。"
            "グループの名前・親の変更と削除は、グループの画面でしてください。",
        ),
        ("親グループ", "最上位のグループでは空にします。" + _GROUP_RULE),
        ("親グループ", _EXACT_RULE),
    ),
)

CARDS: Final = Layout(
    sheet="名刺",
    headings=(
        Heading(EMPLOYEE_ID, 16),
        *(Heading(_label(name), WIDTHS[name]) for name in PRINTED_FIELDS),
    ),
    fields=("employee__employee_id", *PRINTED_FIELDS),
    explanations=(
        *_WHOLE,
        (EMPLOYEE_ID, "名刺の社員です。社員リストにある社員IDを入力してください。"),
        (
            "",
            "1行が名刺1件です。すべての項目が同じ名刺は、変更なしとして扱います。"
            "残りの行は、その社員の残りの名刺のうち、同じ項目がもっとも多いものの変更として扱い、"
            "名刺より多い行は新しい名刺として追加します。",
        ),
        (
            "",
            "変更した行が残りの名刺より少ないと、どの名刺の変更か決められないため、エラーになります。"
            "その社員の行は、エクスポートしたファイルのまま、すべて残してください。",
        ),
        ("", "空の項目は、名刺でも空になります。名刺の削除は、名刺リストの画面でしてください。"),
    ),
)

LAYOUTS: Final = {
    Subject.EMPLOYEES: EMPLOYEES,
    Subject.GROUPS: GROUPS,
    Subject.CARDS: CARDS,
}
