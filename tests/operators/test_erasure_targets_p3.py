"""Which rows and files are a company's: no model can be forgotten (P3)."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from companies.models import TenantOwned
from employees.models import LoginGuard
from operators.services.erasure_targets import path_of, targets

# Models whose rows belong to no company; what they keep of one is erased by steps of its own.
NOBODYS = {
    "companies.Company": "the last row that goes",
    "employees.LoginGuard": "forget_guesses",
    "integrations.TokenPace": "leave_smarthr",
    "sessions.Session": "end_sessions",
    "operators.ErasureProof": "what is left",
    "auth.Permission": "Django's",
    "auth.Group": "Django's",
    "contenttypes.ContentType": "Django's",
}


def test_P3_every_model_is_a_companys_or_is_known_to_be_nobodys() -> None:
    models_found = {m._meta.label for m in apps.get_models()}
    theirs = {target.label for target in targets()}

    assert theirs | NOBODYS.keys() == models_found
    assert theirs & NOBODYS.keys() == set()
    assert {m._meta.label for m in apps.get_models() if issubclass(m, TenantOwned)} <= theirs


def test_P3_whatever_refers_to_another_goes_before_it() -> None:
    place = {target.model: number for number, target in enumerate(targets())}
    late = [
        f"{model._meta.label}.{field.name}"
        for model in place
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model is not model
        and field.related_model in place
        and place[field.related_model] < place[model]
    ]

    assert late == []


def test_P3_a_model_that_leads_to_nobody_is_seen() -> None:
    assert path_of(LoginGuard) == ""


def test_P3_names_of_files_are_known() -> None:
    """A text column that keeps a file's name has to be told to erasure_targets.FILE_NAMES."""
    told = {f"{target.label}.{name}" for target in targets() for name in target.file_fields}
    named = {
        f"{target.label}.{field.name}"
        for target in targets()
        for field in target.model._meta.concrete_fields
        if isinstance(field, models.CharField | models.FileField)
        and any(word in field.name for word in ("image", "file", "path"))
    }

    # What somebody called a file that was uploaded; its content is in rows.
    assert named - {"bulk.Job.file_name"} <= told
    assert "employees.Employee.image" in told
