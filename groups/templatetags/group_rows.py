"""The rows of the page グループ.

Made here and not by a template: of 2,000 rows a template takes 100 ms, this a tenth of that
(`python -m bench.group_tree`).
"""

from collections.abc import Iterator, Sequence

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from companies.templatetags.frame import icon
from groups.rows import Row

register = template.Library()

DEFAULT_STAYS = "はじめからあるグループです。削除できません。"


@register.simple_tag
def group_rows(rows: Sequence[Row]) -> SafeString:
    """Lists inside lists. What people typed is escaped row by row."""
    badge = render_to_string("components/smarthr_badge.html").strip()
    alarm = f'<span class="mk-status mk-status--warning">{icon("exclamation-triangle-fill")}'
    alarm += "承認者なし</span> 管理者が承認・発注"
    people = reverse("employee-list")
    return mark_safe("".join(_html(row, badge, alarm, people) for row in rows))  # noqa: S308


def _html(row: Row, badge: str, alarm: str, people: str) -> str:
    return "".join(
        (
            f'<li id="group-{row.pk}"{_branch(row)}>',
            f'<div class="mk-branch{" mk-match" if row.is_match else ""}">',
            f'<div class="mk-branch-name">{"".join(_name(row, badge))}</div>',
            f'<div class="mk-branch-people">{_members(row, people)}</div>',
            '<div class="mk-branch-approval">',
            alarm if row.is_warned else escape(row.approval),
            f"</div>{_acts(row)}</div>",
            "<ul>" if row.has_children else "</li>" + "</ul></li>" * row.ends,
            "\n",
        )
    )


def _branch(row: Row) -> str:
    if not row.has_children:
        return ""
    return " data-branch" if row.is_open else " data-branch data-closed"


def _name(row: Row, badge: str) -> Iterator[str]:
    if row.place:
        yield f'<span class="mk-context">{escape(row.place)}</span>'
    yield f'<span class="mk-name"><a href="{row.pk}/">{escape(row.name)}</a>'
    yield f"{badge}</span>" if row.is_linked else "</span>"
    if row.path:
        yield f'<span class="mk-note">{escape(row.path)}</span>'
    if row.is_default:
        yield f'<span class="mk-note">{DEFAULT_STAYS}</span>'


def _members(row: Row, people: str) -> str:
    address = f"{people}?group={row.pk}"
    own = f'<a href="{address}">{row.members:,}名</a>'
    if row.members_below == row.members:
        return own
    return f'{own}（<a href="{address}&amp;below=1">下位を含む{row.members_below:,}名</a>）'


def _acts(row: Row) -> str:
    if row.is_linked or row.is_default:  # G5, C4
        return ""
    name = escape(row.name)
    return (
        '<div class="mk-branch-acts">'
        f'<a href="{row.pk}/rename/" aria-label="名前を変更：{name}">名前を変更</a>'
        f'<a href="{row.pk}/move/" aria-label="移動：{name}">移動</a>'
        f'<a class="mk-act-danger" href="{row.pk}/delete/" aria-label="削除：{name}">削除</a></div>'
    )
