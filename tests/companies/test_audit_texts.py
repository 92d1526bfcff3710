"""X6: no line of the audit log is shown with a code: every kind of record, field and value that
the project writes has Japanese words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from companies.audit_rows import changes_of
from companies.audit_texts import RECORDS, FieldText, day_text, field_text, value_text
from companies.models import AuditAction, AuditEntry, Company
from employees.choices import Role
from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy, WebhookMode
from integrations.models import SmartHRIntegration
from integrations.services.wanted_settings import ConnectionChanges
from tests.audit_labels import unlabelled
from tests.project_tree import python_files, tree_of

# What a line is called whose kind of record is chosen while the program runs: file -> kinds.
CHOSEN = {
    "bulk/services/export.py": {"employees", "groups", "cards"},
    "integrations/services/record_unlinking.py": {"employee", "group"},
    "integrations/services/deletions.py": {"employee", "group"},
    "integrations/services/ties.py": {"employee", "group"},
    "integrations/sync/approvals.py": {"employee", "group"},
}
OUTSIDE = {"tests", "bench", "simulator", "scripts"}


def product_files() -> list[Path]:
    return [path for path in python_files() if path.parts[0] not in OUTSIDE]


def events(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls of companies.audit.Event."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == "Event" and len(node.args) >= 4:
                yield node


def constants(tree: ast.Module) -> dict[str, Any]:
    """Names of the module that are texts."""
    found: dict[str, Any] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                found[target.id] = value.value
    return found


def kinds_of(path: Path) -> Iterator[tuple[int, str | None]]:
    """Line, and the kind of record that it writes; None: chosen while the program runs."""
    tree = tree_of(path)
    named = constants(tree)
    for call in events(tree):
        kind = call.args[1]
        if isinstance(kind, ast.Constant):
            yield call.lineno, str(kind.value)
        elif isinstance(kind, ast.Name) and kind.id in named:
            yield call.lineno, str(named[kind.id])
        else:
            yield call.lineno, None


def changed_fields(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Keys of dicts whose values are pairs, and of pairs that are set by a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and node.values:
            pairs = [isinstance(v, ast.Tuple) and len(v.elts) == 2 for v in node.values]
            for key, is_pair in zip(node.keys, pairs, strict=True):
                if is_pair and isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield node.lineno, key.value
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target, value = node.targets[0], node.value
            is_named = isinstance(target.value, ast.Name) and target.value.id in NAMES
            is_pair = isinstance(value, ast.Tuple) and len(value.elts) == 2
            if is_named and is_pair and isinstance(target.slice, ast.Constant):
                yield node.lineno, str(target.slice.value)


NAMES = {"changes", "audit"}


def test_X6_every_kind_of_record_has_a_name() -> None:
    found = [(path, line, kind) for path in product_files() for line, kind in kinds_of(path)]
    nameless = [f"{p}:{line} {kind}" for p, line, kind in found if kind and kind not in RECORDS]
    chosen = {str(path) for path, _, kind in found if kind is None}

    assert found
    assert nameless == []
    assert chosen - CHOSEN.keys() == set()
    assert {kind for kinds in CHOSEN.values() for kind in kinds} - RECORDS.keys() == set()


def test_X6_every_field_that_is_written_has_a_name() -> None:
    known = {name for record in RECORDS.values() for name in record.fields}
    files = [path for path in product_files() if any(True for _ in events(tree_of(path)))]
    nameless = [
        f"{path}:{line} {name}"
        for path in files
        for line, name in changed_fields(tree_of(path))
        if name not in known
    ]

    assert files
    assert nameless == []


def test_X6_every_setting_that_can_be_changed_has_a_name() -> None:
    fields = {f for f in ConnectionChanges.__dataclass_fields__ if f != "accept_account"}

    assert fields - RECORDS["integration"].fields.keys() == set()


@pytest.mark.parametrize(
    ("record", "field", "value", "text"),
    [
        *(("employee", "role", role.value, role.label) for role in Role),
        *(("integration", "webhook_mode", mode.value, mode.label) for mode in WebhookMode),
        *(("integration", "deletion_policy", p.value, p.label) for p in DeletionPolicy),
        *(("integration", "retired_policy", p.value, p.label) for p in RetiredPolicy),
        *(("integration", "name_source", s.value, s.label) for s in NameSource),
        ("integration", "department_slot", None, "適用しない"),
        ("integration", "department_slot", 2, "部署2"),
        ("integration", "initial_password_days", None, "未設定"),
        ("integration", "initial_password_days", 0, "なし"),
        ("integration", "initial_password_days", 90, "90日"),
        ("integration", "plan_started_on", "2026-04-01", "2026/04/01"),
        ("integration", "held_until", None, "なし"),
        ("integration", "plan_stopped", True, "あり"),
        ("employee", "is_active", False, "停止"),
        ("employee", "email", "", "なし"),
        ("employee", "smarthr", None, "連携なし"),
        ("group", "parent", None, "最上位"),
        ("group", "position", 1200, "1,200"),
        ("company", "card_email_domains", ["a.example", "b.example"], "a.example、b.example"),
        ("company", "card_email_domains", [], "なし"),
        ("unheard", "of", True, "はい"),
    ],
)
def test_X6_a_stored_value_is_told_in_words(record: str, field: str, value: Any, text: str) -> None:
    assert value_text(field_text(record, field), value) == text


def test_X6_a_day_is_told_as_everywhere() -> None:
    assert day_text("2026-04-01") == "2026/04/01"


def test_X6_no_choice_of_the_settings_is_shown_as_a_code() -> None:
    texts = RECORDS["integration"].fields
    for column in SmartHRIntegration._meta.get_fields():
        choices = getattr(column, "choices", None)
        if choices and column.name in texts:
            assert texts[column.name].values == dict(choices), column.name


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("token", "アクセストークンを変更"),
        ("webhook_secret", "シークレットトークンを再発行"),
        ("webhook_old_secret", "古いシークレットトークンを無効化"),
    ],
)
def test_X6_T3_of_a_secret_only_that_it_changed(field: str, sentence: str) -> None:
    entry = AuditEntry(
        action=AuditAction.CONFIGURED, object_type="integration", changes={field: ["a", "b"]}
    )

    assert [str(change) for change in changes_of(entry)] == [sentence]


def test_X6_T3_a_token_that_went_is_told_so() -> None:
    assert field_text("integration", "token").sentence("削除") == "アクセストークンを削除"


@pytest.mark.parametrize(
    ("entry", "missing"),
    [
        ({"object_type": "employee", "changes": {"role": ["a", "b"]}}, []),
        ({"object_type": "spaceship"}, ["record spaceship"]),
        ({"object_type": "group", "changes": {"hue": [1, 2]}}, ["field group.hue"]),
        (
            {"object_type": "group", "changes": {"name": ["a"]}},
            ["not before and after: group.name"],
        ),
        ({"object_type": "group", "action": "hop"}, ["action hop"]),
    ],
)
def test_X6_a_line_without_words_is_seen(entry: dict[str, Any], missing: list[str]) -> None:
    values = {"actor_kind": "person", "action": "updated", **entry}

    assert unlabelled([AuditEntry(company=Company(), **values)]) == missing


def test_X6_whatever_was_not_named_is_told_without_its_code() -> None:
    assert field_text("employee", "unheard_of") == FieldText("その他の項目")
