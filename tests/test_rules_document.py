"""docs/rules.md names every rule that code or tests name, and what it names exists."""

import re

from tests.project_tree import ROOT

DOCUMENT = ROOT / "docs" / "rules.md"
ROW = re.compile(r"^\| ([A-Z]\d+a?) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
NUMBER = re.compile(r"(?<![A-Za-z0-9-])([CPTGEDSWOBX]\d{1,2}a?)(?![A-Za-z0-9])")
# In names of tests the number stands between underscores.
IN_A_NAME = re.compile(r"_([CPTGEDSWOBX]\d{1,2}a?)(?=_)")
FOLDERS = (
    "companies",
    "groups",
    "employees",
    "cards",
    "integrations",
    "webhooks",
    "bulk",
    "operators",
    "config",
    "templates",
)


def rows() -> dict[str, tuple[str, list[str], list[str]]]:
    """Number -> what it says, where it lives, which tests hold it."""
    found = ROW.findall(DOCUMENT.read_text())
    return {
        number: (says, re.findall(r"`([^`]+)`", where), re.findall(r"`([^`]+)`", tests))
        for number, says, where, tests in found
    }


def test_every_rule_that_code_or_tests_name_is_explained() -> None:
    named: dict[str, str] = {}
    for folder in (*FOLDERS, "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".html"} and "simulator" not in path.parts:
                text = path.read_text()
                for number in {*NUMBER.findall(text), *IN_A_NAME.findall(text)}:
                    named.setdefault(number, str(path.relative_to(ROOT)))

    explained = rows()
    assert len(explained) > 40
    assert {number: path for number, path in named.items() if number not in explained} == {}


def test_every_rule_names_files_that_exist_and_tests_that_name_it() -> None:
    wrong = [
        (number, name)
        for number, (_, places, tests) in rows().items()
        for name in (*places, *tests)
        if not (ROOT / name).is_file()
        or (name in tests and number not in (ROOT / name).read_text())
    ]

    assert wrong == []
    assert [
        number for number, (_, places, tests) in rows().items() if not places or not tests
    ] == []
