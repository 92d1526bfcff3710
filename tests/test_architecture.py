"""The shape of the project, read from its files (docs/development.md draws it)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from companies.models import TenantOwned
from tests.project_tree import ROOT, Import, all_views, imports, python_files, tree_of

# A package may import itself and these. `bench`, `scripts` and `tests` stand outside.
ARROWS = {
    "companies": set(),
    "groups": {"companies"},
    "employees": {"companies", "groups"},
    "cards": {"companies", "groups", "employees"},
    "integrations": {"companies", "groups", "employees"},
    "webhooks": {"companies", "groups", "employees", "integrations"},
    "bulk": {"companies", "groups", "employees", "cards"},
    "operators": {"companies", "groups", "employees", "cards", "integrations", "webhooks"},
    "simulator": set(),
    "config": {
        *("companies", "groups", "employees", "cards", "integrations", "bulk", "webhooks"),
        "operators",
    },
    "manage": set(),
    "scripts": {"config", "simulator"},
}
OUTSIDE = {"tests", "bench"}
# Who may stand behind the settings, and who may know the stand-in for SmartHR.
IMPORTERS = {
    "config": {"config", "manage", "scripts", *OUTSIDE},
    "simulator": {"simulator", "scripts", "config.local", *OUTSIDE},
}
# Inside an app, from the bottom up; a file imports its own level and those below.
LEVELS = [
    {"choices"},
    {"models"},
    {"services", "queries"},
    {"forms", "tasks"},
    {"views", "urls", "management"},
]
DRAWERS = {"utils", "helpers", "common", "misc"}
STARTS = {"for_company", "across_companies", "create", "bulk_create"}
LONGEST_FILE = 400


def top(module: str) -> str:
    return module.partition(".")[0]


def level_of(module: str) -> int | None:
    """That of the first part with a level: `employees.accounts.views` is a view."""
    levels = {name: number for number, names in enumerate(LEVELS) for name in names}
    return next((levels[part] for part in module.split(".")[1:] if part in levels), None)


def is_against_the_arrows(item: Import) -> bool:
    source, target = top(item.module), top(item.target)
    if source in OUTSIDE or source == target:
        return False
    return target not in ARROWS[source] and not is_allowed_importer(item)


def is_allowed_importer(item: Import) -> bool:
    names = IMPORTERS.get(top(item.target), set())
    return any(item.module == name or item.module.startswith(f"{name}.") for name in names)


def names_of(items: list[Import]) -> list[str]:
    return [str(item) for item in items]


def test_every_package_has_its_place() -> None:
    packages = {path.parts[0].removesuffix(".py") for path in python_files()}

    assert packages - ARROWS.keys() - OUTSIDE == set()


def test_imports_follow_the_arrows() -> None:
    assert names_of([item for item in imports() if is_against_the_arrows(item)]) == []


@pytest.mark.parametrize("package", IMPORTERS)
def test_nobody_imports_it_but_those_named(package: str) -> None:
    others = [i for i in imports() if top(i.target) == package and not is_allowed_importer(i)]

    assert names_of(others) == []


def test_the_client_of_smarthr_knows_no_app_and_no_django() -> None:
    package = "integrations.smarthr"
    files = [path for path in python_files() if path.parts[:2] == ("integrations", "smarthr")]
    text = [(path, node) for path in files for node in ast.walk(tree_of(path))]
    django = [
        f"{path}:{node.lineno}"
        for path, node in text
        if (isinstance(node, ast.ImportFrom) and top(node.module or "") in {"django", "celery"})
        or (isinstance(node, ast.Import) and any(top(a.name) == "django" for a in node.names))
    ]
    ours = [
        item
        for item in imports()
        if item.module.startswith(package) and not item.target.startswith(package)
    ]

    assert files
    assert names_of(ours) == []
    assert django == []


def test_inside_an_app_nothing_imports_upwards() -> None:
    upwards = []
    for item in imports():
        source, target = level_of(item.module), level_of(item.target)
        is_app = top(item.module) in ARROWS and top(item.target) in ARROWS
        if is_app and source is not None and target is not None and target > source:
            upwards.append(item)

    assert names_of(upwards) == []


def test_no_file_is_a_junk_drawer() -> None:
    named = [str(path) for path in python_files() if DRAWERS & {path.stem, *path.parts}]

    assert named == []


def test_no_file_is_long() -> None:
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in python_files()}

    assert {str(path): n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def tenant_owned_models() -> set[str]:
    return {model.__name__ for model in apps.get_models() if issubclass(model, TenantOwned)}


def product_files() -> list[Path]:
    outside = OUTSIDE | {"simulator"}
    return [p for p in python_files() if p.parts[0] not in outside and "migrations" not in p.parts]


def unscoped_queries(tree: ast.Module, models: set[str]) -> Iterator[str]:
    """Uses of `Model.objects` that neither name a company nor say that they name none (C1)."""
    scoped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in STARTS
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"objects", "_default_manager", "_base_manager"}
            and isinstance(node.value, ast.Name)
            and node.value.id in models
            and id(node) not in scoped
        ):
            yield f"{node.lineno}: {node.value.id}.{node.attr}"


def test_every_query_of_a_companys_rows_names_the_company() -> None:
    models = tenant_owned_models()
    found = [
        f"{path}:{use}"
        for path in product_files()
        for use in unscoped_queries(tree_of(path), models)
    ]

    assert "Employee" in models
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Employee.objects.for_company(company).filter(pk=1)", []),
        ("Employee.objects.across_companies()", []),
        ("Company.objects.get(code='x')", []),
        ("Employee.objects.filter(pk=1)", ["1: Employee.objects"]),
        ("choices(queryset=Employee.objects)", ["1: Employee.objects"]),
        ("Employee._default_manager.all()", ["1: Employee._default_manager"]),
    ],
)
def test_a_query_that_forgets_the_company_is_seen(text: str, found: list[str]) -> None:
    assert list(unscoped_queries(ast.parse(text), {"Employee"})) == found


@pytest.mark.parametrize(
    ("module", "target", "is_against"),
    [
        ("employees.services.companies", "groups.models.Group", False),
        ("groups.services", "employees.models.Employee", True),
        ("integrations.sync.engine", "cards.models", True),
        ("cards.receivers", "integrations.models", True),
        ("simulator.server", "companies.models", True),
        ("integrations.tasks", "config.celery.app", True),
        ("manage", "config.settings", False),
        ("config.demo", "simulator.server", True),
        ("config.local.simulator", "simulator.server", False),
        ("tests.anything", "simulator.server", False),
    ],
)
def test_an_import_against_the_arrows_is_seen(module: str, target: str, is_against: bool) -> None:
    assert is_against_the_arrows(Import(module, target, 1)) is is_against


def test_no_model_of_a_company_is_imported_under_another_name() -> None:
    models = tenant_owned_models()
    renamed = [
        f"{path}:{node.lineno}"
        for path in product_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        and any(alias.name in models and alias.asname for alias in node.names)
    ]

    assert renamed == []


def test_every_view_says_who_may_open_it() -> None:
    silent = [view.route for view in all_views() if not hasattr(view.callback, "access")]

    assert all_views()
    assert silent == []
