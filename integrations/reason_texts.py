"""What a reason code says to a person: what happened, and what to do next.

No text shows a code, an id of SmartHR's or anything of its answers but the values that the
administrator can see in SmartHR herself.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from integrations import delivery_texts, unattended_texts
from integrations.choices import Outcome, Subject
from integrations.reason_text import (
    AGAIN,
    CHECK_ACCOUNT,
    LATER,
    NOTHING_KNOWN,
    NOTHING_TO_DO,
    NUMBER_RULE,
    SUPPORT,
    Detail,
    ReasonText,
)
from integrations.reasons import Reason

COLUMN_LABELS = {
    "employee_id": "社員ID",
    "last_name": "姓",
    "first_name": "名",
    "email": "メールアドレス",
    "group": "グループ",
    "is_active": "ログイン",
    "name": "グループ名",
    "parent": "親グループ",
    "position": "表示順",
}

# SmartHR's attributes by the names that its own screens show.
ATTRIBUTE_LABELS = {
    "id": "識別番号",
    "emp_code": "社員番号",
    "emp_status": "在籍状況",
    "last_name": "姓",
    "first_name": "名",
    "business_last_name": "ビジネスネーム：姓",
    "business_first_name": "ビジネスネーム：名",
    "email": "メールアドレス",
    "birth_at": "生年月日",
    "departments": "部署",
    "department": "部署",
    "name": "部署名",
    "position": "表示順",
    "parent": "親部署",
    "updated_at": "更新日時",
}

_PARENT_ADVICE = f"SmartHRで親部署を直し、{AGAIN}"

FIXED: dict[str, ReasonText] = {
    **delivery_texts.FIXED,
    Reason.BIRTH_DATE_MISSING: ReasonText(
        "SmartHRに正しい生年月日がないため、取り込みませんでした。",
        f"SmartHRで生年月日を登録し、{AGAIN}"
        "登録済みのときは、アクセストークンの従業員項目に生年月日の参照があるか確認してください。",
    ),
    Reason.EMAIL_INVALID: ReasonText(
        "メールアドレスの形式が正しくないため、空として取り込みました。",
        f"SmartHRでメールアドレスを直し、{AGAIN}",
    ),
    Reason.RETIRED_NOT_IMPORTED: ReasonText(
        "退職済みのため、取り込みませんでした。",
        "取り込むときは、設定の「退職者の扱い」を変更してください。",
    ),
    Reason.RETIRED_SUSPENDED: ReasonText(
        "退職済みのため、ログインを停止しました。",
        "停止しないときは、設定の「退職者の扱い」を変更してください。",
    ),
    Reason.WOULD_ASK: ReasonText(
        "SmartHRで見つからないため、同期すると「削除の確認」に載ります。承認するまで削除しません。",
        "SmartHRで誤って削除していないか確認してください。",
    ),
    Reason.DEPARTMENT_NAME_MISSING: ReasonText(
        "部署名がないため、取り込みませんでした。", f"SmartHRで部署名を登録し、{AGAIN}"
    ),
    Reason.PARENT_MISSING: ReasonText(
        "親部署が見つからないため、最上位のグループにしました。", _PARENT_ADVICE
    ),
    Reason.PARENT_CYCLE: ReasonText(
        "部署の親子関係が循環しているため、最上位のグループにしました。", _PARENT_ADVICE
    ),
    Reason.CONNECTION_FAILED: ReasonText(
        "SmartHRに接続できませんでした。",
        f"{LATER}続くときはサブドメインを確認してください。",
    ),
    Reason.TOKEN_REJECTED: ReasonText(
        "アクセストークンがSmartHRで認められませんでした。削除または変更された可能性があります。",
        "SmartHRでアクセストークンを発行し、「接続」で変更してください。",
    ),
    Reason.MAINTENANCE: ReasonText(
        "SmartHRがメンテナンス中のため、同期を止めました。",
        f"メンテナンスの終了後に、{AGAIN}",
    ),
    Reason.UNEXPECTED_ANSWER: ReasonText(
        "SmartHRから想定しない回答があったため、同期を止めました。",
        f"{LATER}続くときは{SUPPORT}に連絡してください。",
    ),
    Reason.OTHER_ACCOUNT: ReasonText(
        f"{NOTHING_KNOWN}別の会社に接続した可能性があるため、何も変更せずに止めました。",
        CHECK_ACCOUNT,
    ),
    Reason.EMPTY_ANSWER: ReasonText(
        "SmartHRの回答が空だったため、同期を止めました。削除はしていません。",
        f"アクセストークンの権限とSmartHRのデータを確認し、{AGAIN}",
    ),
    Reason.INCOMPLETE_READ: ReasonText(
        "SmartHRのデータをすべて読み取れなかったため、削除はしませんでした。",
        f"{AGAIN}続くときはアクセストークンの権限を確認してください。",
    ),
    Reason.TOKEN_UNDECRYPTABLE: ReasonText(
        "保存したアクセストークンを読み取れませんでした。",
        f"アクセストークンをもう一度設定してください。続くときは{SUPPORT}に連絡してください。",
    ),
    Reason.SETTINGS_CHANGED: ReasonText(
        "同期の途中で設定が変更されたため、同期を止めました。", AGAIN
    ),
    Reason.NOT_CONNECTED: ReasonText(
        "サブドメインまたはアクセストークンが設定されていません。",
        "先に「接続」を設定してください。",
    ),
    Reason.PLAN_OFF: ReasonText(
        "SmartHR連携は有効になっていません。",
        f"ご利用を希望するときは、{SUPPORT}に連絡してください。",
    ),
    Reason.PLAN_PAUSED: ReasonText(
        "無料モニター期間が終了したため、SmartHR連携を停止しています。"
        "社員・グループ・名刺は削除されません。",
        f"続けるときは{SUPPORT}に連絡してください。",
    ),
    Reason.PLAN_STOPPED: ReasonText(
        "SmartHR連携を一時的に停止しています。社員・グループ・名刺は削除されません。",
        f"{SUPPORT}に確認してください。",
    ),
    Reason.NOTHING_APPROVED: ReasonText(
        "選んだ社員・グループは、ほかの人がすでに確認したため、削除しませんでした。",
        "「削除の確認」で残りを確認してください。",
    ),
    Reason.ALREADY_RUNNING: ReasonText(
        "すでに同期を実行中です。実行中の同期を表示しています。",
        "終わるまで待つか、中止してからやり直してください。",
    ),
}


# What is the matter, in a few words: to choose by.
TITLES: dict[str, str] = {
    Reason.NAME_MISSING: "姓または名がない",
    Reason.BIRTH_DATE_MISSING: "生年月日がない",
    Reason.EMPLOYEE_ID_INVALID: "社員番号を社員IDに使えない",
    Reason.EMPLOYEE_ID_TAKEN: "社員番号の重複",
    Reason.EMAIL_REQUIRED_FOR_ROLE: "承認者・管理者のメールアドレスがない",
    Reason.EMAIL_INVALID: "メールアドレスの形式",
    Reason.DEPARTMENT_UNKNOWN: "部署に対応するグループがない",
    Reason.RETIRED_NOT_IMPORTED: "退職済み（取り込まない）",
    Reason.RETIRED_SUSPENDED: "退職済み（ログインを停止）",
    Reason.LAST_ADMINISTRATOR: "最後の管理者",
    Reason.VALUE_INVALID: "値の形式",
    Reason.STILL_EXISTS: "SmartHRにいることを確認",
    Reason.WOULD_ASK: "SmartHRで見つからない",
    Reason.DEPARTMENT_NAME_MISSING: "部署名がない",
    Reason.PARENT_MISSING: "親部署が見つからない",
    Reason.PARENT_CYCLE: "親子関係の循環",
}


def reason_title(code: str) -> str:
    return TITLES.get(code, "そのほか")


def attribute_label(name: object) -> str:
    return ATTRIBUTE_LABELS.get(str(name), "従業員の項目")


def explain(code: str, detail: Detail, *, subject: str) -> ReasonText:
    """The text of a code, for an administrator; an unknown code gets a text that is never wrong."""
    if text := FIXED.get(code):
        return text
    if describe := DESCRIBED.get(code):
        return describe(detail, subject)
    return ReasonText(
        "同期で確認が必要なことがありました。",
        f"{AGAIN}続くときは{SUPPORT}に連絡してください。",
    )


def explain_record(code: str, detail: Detail, *, subject: str, outcome: str) -> ReasonText:
    """The text about one record, which also tells whether the rest of it was updated."""
    return explain(code, {**detail, "updated": outcome == Outcome.UPDATED}, subject=subject)


def _name_missing(detail: Detail, subject: str) -> ReasonText:
    what = (
        "SmartHRの姓または名が空になったため、この社員は更新しませんでした。"
        if not detail.get("new", True)
        else "SmartHRに姓または名がないため、取り込みませんでした。"
    )
    return ReasonText(what, f"SmartHRで姓と名を登録し、{AGAIN}")


def _number_unusable(detail: Detail, why: str, advice: str) -> ReasonText:
    given = detail.get("employee_id") or ""
    if detail.get("new"):
        what = f"{why}、社員ID「{given}」で登録しました。"
        return ReasonText(what, f"{advice}それまでは、本人に社員IDを知らせてください。")
    kept = f"社員IDは「{given}」のままです" if given else "社員IDは変更していません"
    others = "ほかの項目は更新しました。" if detail.get("updated") else ""
    return ReasonText(f"{why}、{kept}。{others}", advice)


def _employee_id_invalid(detail: Detail, subject: str) -> ReasonText:
    value = detail.get("value")
    why = f"社員番号「{value}」は社員IDに使えないため" if value else "社員番号がないため"
    advice = f"SmartHRで社員番号を{NUMBER_RULE}にして、{AGAIN}"
    return _number_unusable(detail, why, advice)


def _employee_id_taken(detail: Detail, subject: str) -> ReasonText:
    value = detail.get("value") or ""
    why = f"社員番号「{value}」はほかの社員が社員IDに使っているため"
    holder = f"使っている社員（{detail['holder']}）" if detail.get("holder") else "使っている社員"
    advice = f"{holder}の社員ID、またはSmartHRの社員番号を変更し、{AGAIN}"
    return _number_unusable(detail, why, advice)


def _email_required(detail: Detail, subject: str) -> ReasonText:
    role = detail.get("role") or "承認者または管理者"
    return ReasonText(
        f"権限が{role}の社員のメールアドレスがSmartHRで空のため、この社員は同期しませんでした。",
        f"SmartHRでメールアドレスを登録し、{AGAIN}",
    )


def _department_unknown(detail: Detail, subject: str) -> ReasonText:
    slot = f"部署{detail['slot']}" if detail.get("slot") else "部署"
    kept = "グループ1に入れました" if detail.get("new") else "グループは変更していません"
    return ReasonText(
        f"{slot}に対応するグループがないため、{kept}。",
        f"「部署⇒グループ」を同期してから、{AGAIN}",
    )


def _last_administrator(detail: Detail, subject: str) -> ReasonText:
    act = detail.get("act") or "変更"
    return ReasonText(
        f"ログインできる最後の管理者のため、{act}しませんでした。",
        "先に別の社員を管理者にしてください。",
    )


def _still_exists(detail: Detail, subject: str) -> ReasonText:
    record = "部署がある" if subject == Subject.GROUP else "従業員がいる"
    return ReasonText(f"SmartHRに{record}ことを確認したため、削除しませんでした。", NOTHING_TO_DO)


def _value_invalid(detail: Detail, subject: str) -> ReasonText:
    label = attribute_label(detail.get("field"))
    record = "この部署" if subject == Subject.GROUP else "この従業員"
    return ReasonText(
        f"SmartHRの{label}が正しい形式でないため、{record}は同期しませんでした。",
        f"SmartHRで{label}を確認し、{AGAIN}続くときは{SUPPORT}に連絡してください。",
    )


def _permission_missing(detail: Detail, subject: str) -> ReasonText:
    permission = detail.get("permission")
    lacking = f"「{permission}」の権限" if permission else "必要な権限"
    return ReasonText(
        f"アクセストークンに{lacking}がありません。",
        f"SmartHRの「リソースのアクセス許可」で追加し、{AGAIN}",
    )


def _ip_not_permitted(detail: Detail, subject: str) -> ReasonText:
    ours = "、".join(settings.OUTGOING_IPS)
    named = f"（{ours}）" if ours else ""
    ask = "" if ours else f"IPアドレスは{SUPPORT}に確認してください。"
    return ReasonText(
        "SmartHRのアクセス制限により、接続を拒否されました。",
        f"SmartHRで接続元のIPアドレス{named}を許可してください。{ask}",
    )


def _subdomain_renamed(detail: Detail, subject: str) -> ReasonText:
    name = f"サブドメイン「{detail['subdomain']}」" if detail.get("subdomain") else "サブドメイン"
    return ReasonText(
        f"{name}はSmartHRで使われていません。変更された可能性があります。",
        "SmartHRの管理者に新しいサブドメインを確認し、「接続」で変更してください。連携は切れません。",
    )


def _brake(unit: str, where: str) -> Callable[[Detail, str], ReasonText]:
    def describe(detail: Detail, subject: str) -> ReasonText:
        count, limit = detail.get("count"), detail.get("limit")
        many = f"一度に{count:,}{unit}が" if isinstance(count, int) else "一度に多くの"
        over = f"上限の{limit:,}{unit}を" if isinstance(limit, int) else "上限を"
        noun = "" if isinstance(count, int) else f"{where}が"
        return ReasonText(
            f"{many}{noun}削除されるところでした。{over}超えるため、削除を止めました。"
            "ほかの変更は反映しました。",
            "対象を確認してください。SmartHRでの操作の誤りがないかも確認してください。",
        )

    return describe


def _tie_ambiguous(detail: Detail, subject: str) -> ReasonText:
    if subject == Subject.GROUP:
        return ReasonText(
            "階層と名前が同じ部署またはグループが2件以上あるため、どれか決められません。",
            "SmartHRで部署名を分けてから、もう一度付け替えを確認してください。",
        )
    return ReasonText(
        "同じ社員番号の従業員または社員が2人以上いるため、どの人か決められません。",
        "SmartHRで社員番号を直してから、もう一度付け替えを確認してください。",
    )


def _tie_unmatched(detail: Detail, subject: str) -> ReasonText:
    if subject == Subject.GROUP:
        return ReasonText(
            "階層と名前が同じ部署がありません。",
            "そのまま同期すると、SmartHRにない部署のグループとして扱います。",
        )
    return ReasonText(
        "社員番号が同じ従業員がいません。",
        "そのまま同期すると、SmartHRで見つからない社員として扱います。",
    )


def _internal_error(detail: Detail, subject: str) -> ReasonText:
    number = f"実行番号{detail['run']}を" if detail.get("run") else ""
    return ReasonText(
        "予期しない問題が発生したため、同期を止めました。",
        f"{LATER}続くときは、{number}{SUPPORT}に知らせてください。",
    )


def _attempts_exhausted(detail: Detail, subject: str) -> ReasonText:
    last = detail.get("last") or ""
    why = explain(last, detail.get("last_detail") or {}, subject=subject).what if last else ""
    return delivery_texts.exhausted(detail, why)


def _rate_limited(detail: Detail, subject: str) -> ReasonText:
    return ReasonText("SmartHRへの問い合わせが上限に達したため、同期を止めました。", LATER)


DESCRIBED: dict[str, Callable[[Detail, str], ReasonText]] = {
    Reason.NAME_MISSING: _name_missing,
    Reason.EMPLOYEE_ID_INVALID: _employee_id_invalid,
    Reason.EMPLOYEE_ID_TAKEN: _employee_id_taken,
    Reason.EMAIL_REQUIRED_FOR_ROLE: _email_required,
    Reason.DEPARTMENT_UNKNOWN: _department_unknown,
    Reason.LAST_ADMINISTRATOR: _last_administrator,
    Reason.STILL_EXISTS: _still_exists,
    Reason.VALUE_INVALID: _value_invalid,
    Reason.PERMISSION_MISSING: _permission_missing,
    Reason.IP_NOT_PERMITTED: _ip_not_permitted,
    Reason.SUBDOMAIN_RENAMED: _subdomain_renamed,
    Reason.DELETION_BRAKE: _brake("名", "社員"),
    Reason.GROUP_DELETION_BRAKE: _brake("件のグループ", "グループ"),
    Reason.RATE_LIMITED: _rate_limited,
    Reason.INTERNAL_ERROR: _internal_error,
    Reason.ATTEMPTS_EXHAUSTED: _attempts_exhausted,
    Reason.TIE_AMBIGUOUS: _tie_ambiguous,
    Reason.TIE_UNMATCHED: _tie_unmatched,
    **unattended_texts.DESCRIBED,
}
