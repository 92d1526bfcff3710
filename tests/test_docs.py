"""What the documents promise to list, they list."""

import re

import pytest

from tests.project_tree import ROOT


def requirements(name: str) -> set[str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return {re.split(r"[<>=\[]", line)[0] for line in lines if line and line[0] not in "#-"}


@pytest.mark.parametrize("name", ["app.in", "dev.in", "install.in"])
def test_every_dependency_has_its_reason(name: str) -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    explained = set(re.findall(r"[A-Za-z0-9-]+", text))
    named = {package for package in requirements(name) if not package.startswith("types-")}

    assert named - explained == set()


def test_every_environment_variable_is_explained() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    settings = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|environ\.get|email_url)\(\s*"([A-Z_]+)"', settings))

    assert "SECRET_KEY" in read
    assert {name for name in read if f"`{name}`" not in text} == set()


def test_every_document_is_linked_from_the_readme() -> None:
    documents = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    linked = set(re.findall(r"\]\((docs/[^)]+\.md)\)", (ROOT / "README.md").read_text()))

    assert documents - linked == set()
