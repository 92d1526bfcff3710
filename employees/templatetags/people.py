"""Template tags of 社員リスト and of the forms about people."""

from django import template
from django.template.context import RequestContext
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from companies.templatetags.frame import icon
from employees.people_filter import PeopleFilter
from groups.tree import SEPARATOR, GroupTree

register = template.Library()
LINKED = "（SmartHR）"  # ui.md: the badge where only text can stand


@register.simple_tag
def group_options(tree: GroupTree, chosen: int | str | None) -> SafeString:
    """An option for each group, in the order of the tree; thousands of them in one step."""
    wanted = str(chosen or "")
    options = []
    path: list[str] = []
    for node, depth in tree.walk():
        path[depth:] = [escape(node.name)]
        selected = " selected" if str(node.pk) == wanted else ""
        words = SEPARATOR.join(path) + (LINKED if node.is_linked else "")
        options.append(f'<option value="{node.pk}"{selected}>{words}</option>')
    return mark_safe("".join(options))  # noqa: S308  # every name is escaped above


@register.simple_tag(takes_context=True)
def sort_head(context: RequestContext, key: str, label: str) -> SafeString:
    """The head of a column that sorts the list; a second press turns the order round."""
    wanted: PeopleFilter = context["filter"]
    is_current = wanted.sort == key
    direction = "descending" if wanted.descending else "ascending"
    # Whoever looks for the last login looks for the newest.
    first = f"-{key}" if key == "login" else key
    other = key if wanted.descending else f"-{key}"
    query = wanted.query(with_sort=False)
    return format_html(
        '<th scope="col"{}><a class="mk-sort" href="?{}{}sort={}">{}{}</a></th>',
        format_html(' aria-sort="{}"', direction) if is_current else "",
        query,
        "&" if query else "",
        other if is_current else first,
        label,
        icon("caret-down-fill" if wanted.descending else "caret-up-fill") if is_current else "",
    )
