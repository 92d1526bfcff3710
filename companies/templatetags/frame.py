"""Template tags and filters that every screen shares."""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.core.paginator import Page
from django.template.context import RequestContext
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

PRODUCT_NAME = "名刺管理"


@register.simple_tag
def product_name() -> str:
    return PRODUCT_NAME


@register.simple_tag
@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """An icon of the icon package as part of the page, so that it takes the text's colour."""
    found = finders.find(f"bootstrap-icons/{name}.svg")
    if not isinstance(found, str):
        raise template.TemplateSyntaxError(f"No icon is called {name}.")
    drawing = re.sub(r"<svg[^>]*>", "", Path(found).read_text(encoding="utf-8"), count=1)
    opening = '<svg class="bi" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">'
    # The package's own file, not anybody's input.
    return mark_safe(opening + " ".join(drawing.split()))  # noqa: S308


@register.simple_tag(takes_context=True)
def current(context: RequestContext, *view_names: str) -> SafeString:
    """Marks a navigation entry: its page is open, or (`employee-*`) one below it."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = (match.view_name or "") if match is not None else ""
    if here in view_names:
        return SafeString('aria-current="page"')
    is_above = any(fnmatchcase(here, name) for name in view_names)
    return SafeString('aria-current="true"' if is_above else "")


@register.filter
def count(number: int | None, unit: str = "") -> str:
    """1204 → 1,204名; nothing for a number that is not known."""
    return "" if number is None else f"{number:,}{unit}"


@register.filter
def duration(seconds: float | None) -> str:
    """72 → 1分12秒."""
    if seconds is None:
        return ""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}時間{minutes}分"
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"


@register.inclusion_tag("components/paging.html", takes_context=True)
def paging(context: RequestContext, page: "Page[object]", unit: str) -> dict[str, object]:
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {
        "page": page,
        "unit": unit,
        "numbers": list(numbers),
        "gap": page.paginator.ELLIPSIS,
        "request": context["request"],
    }
