"""The project's files, imports and addresses, for the tests that walk through all of them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".venv", ".git", "var", "node_modules", "staticfiles"}


class Import(NamedTuple):
    module: str  # the file that imports, as a module's name
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


class View(NamedTuple):
    route: str
    name: str
    callback: Any


@cache
def python_files() -> list[Path]:
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
    return sorted(path for path in files if not NOT_OURS & set(path.parts))


def module_of(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), filename=str(path))


@cache
def imports() -> list[Import]:
    """Every import of one of our modules by one of our modules, in functions too."""
    ours = {path.parts[0].removesuffix(".py") for path in python_files()}
    found = [item for path in python_files() for item in imports_in(module_of(path), tree_of(path))]
    return [item for item in found if item.target.partition(".")[0] in ours]


def imports_in(module: str, tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                # `from app import thing` may mean the module app.thing.
                yield Import(module, f"{node.module}.{alias.name}", node.lineno)


def all_views() -> list[View]:
    """Every address of the project with its view."""
    return list(_views(get_resolver().url_patterns, "", ""))


def _views(patterns: list[Any], route: str, namespace: str) -> Iterator[View]:
    for pattern in patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _views(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            yield View(here, f"{namespace}{pattern.name}", pattern.callback)
