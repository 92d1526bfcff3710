"""A department tree of any size: equal names under different parents, six levels, one cycle."""

import random
import uuid

from simulator.json_text import Record

BLUEPRINT = """
社長室
監査室
経営企画本部
  経営企画部
    経営企画課
    広報・IR課
  DX推進部
    業務改革課
    情報システム課
管理本部
  人事部
    採用課
    労務課
    人材開発課
  総務部
    総務課
    法務課
  経理部
    経理課
    財務課
営業本部
  営業企画部
  東日本営業部
    営業一課
    営業二課
    北海道営業所
    東北営業所
      仙台出張所
      盛岡出張所
    首都圏営業所
      新宿店
      横浜店
      千葉店
  西日本営業部
    営業一課
    営業二課
    関西営業所
      梅田店
      神戸店
    九州営業所
      福岡エリア
        春日店
          外商係
        天神店
      熊本エリア
        熊本店
製造本部
  生産管理部
    計画課
    購買課
  第一工場
    製造課
      組立係
      加工係
    保全課
    総務課
  第二工場
    製造課
      組立係
      塗装係
    保全課
  品質保証部
    検査課
開発本部
  第一開発部
    設計課
    試作課
  第二開発部
    設計課
    ソフトウェア課
  知的財産部
物流部
  東京物流センター
  大阪物流センター
海外事業部
  アジア課
  欧米課
お客様相談室
髙﨑記念研究所
"""
CYCLE = ("新規事業準備室", "新規事業推進室")
SMALLEST_WITH_CYCLE = 10
# Shops that fill the tree up to the wanted size belong to these.
SHOP_PARENTS = ("営業所", "エリア")


def department_records(count: int, rng: random.Random, created_at: str) -> dict[str, Record]:
    has_cycle = count >= SMALLEST_WITH_CYCLE
    plan = _plan(count - 2 if has_cycle else count)
    records: dict[str, Record] = {}
    keys: list[str] = []
    for name, parent in plan:
        key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        above = None if parent is None else keys[parent]
        records[key] = _record(key, name, above, len(keys) + 1, created_at)
        keys.append(key)
    if has_cycle:
        first, second = (str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in CYCLE)
        records[first] = _record(first, CYCLE[0], second, count - 1, created_at)
        records[second] = _record(second, CYCLE[1], first, count, created_at)
    _spoil_codes(list(records.values()))
    return records


def _plan(count: int) -> list[tuple[str, int | None]]:
    """Names with the index of their parent, parents first; shops are added to reach any number."""
    plan: list[tuple[str, int | None]] = []
    path: list[int] = []
    for line in BLUEPRINT.strip().splitlines()[:count]:
        name = line.strip()
        depth = (len(line) - len(name)) // 2
        plan.append((name, path[depth - 1] if depth else None))
        path = [*path[:depth], len(plan) - 1]
    parents = [index for index, (name, _) in enumerate(plan) if name.endswith(SHOP_PARENTS)]
    while len(plan) < count:
        number = len(plan)
        plan.append((f"第{number}店", parents[number % len(parents)] if parents else None))
    return plan


def _record(key: str, name: str, parent: str | None, position: int, created_at: str) -> Record:
    return {
        "id": key,
        "name": name,
        "position": position,
        "code": f"S-{position:03d}",
        "parent": parent,
        "created_at": created_at,
        "updated_at": created_at,
    }


def _spoil_codes(records: list[Record]) -> None:
    """Codes go missing and repeat in practice."""
    for record in records[3::17]:
        record["code"] = None
    for record, other in zip(records[5::23], records[6::23], strict=False):
        record["code"] = other["code"]
