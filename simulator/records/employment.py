"""Masters that a crew refers to by id; fixed here, since nothing of ours edits them."""

import uuid

from simulator.json_text import Record

CREATED_AT = "2020-01-06T01:00:00.000Z"


def master_id(kind: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"simulator/{kind}/{name}"))


def _employment_type(preset: str, name: str, code: str) -> Record:
    identity = master_id("employment_type", preset)
    return {"id": identity, "name": name, "preset_type": preset, "code": code}


EMPLOYMENT_TYPES: dict[str, Record] = {
    preset: _employment_type(preset, name, code)
    for preset, name, code in (
        ("board_member", "役員", "01"),
        ("full_timer", "正社員", "02"),
        ("contract_worker", "契約社員", "03"),
        ("permatemp", "派遣社員", "04"),
        ("part_timer", "アルバイト・パート", "05"),
        ("outsourcing_contractor", "業務委託", "06"),
        ("etc", "その他", "99"),
    )
}
PAYMENT_PERIODS: dict[str, Record] = {
    period: {"id": master_id("payment_period", period), "name": name, "period_type": period}
    for period, name in (("monthly", "月給"), ("daily", "日給"), ("hourly", "時給"))
}
RANKS = {"部長": 10, "次長": 20, "課長": 30, "係長": 40, "主任": 50}


def position(name: str) -> Record:
    return {
        "id": master_id("position", name),
        "name": name,
        "rank": RANKS.get(name, 99999),
        "code": None,
        "created_at": CREATED_AT,
    }
