"""Which rows and files are a company's: read from the models, so that none is forgotten (P3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import models

from companies.models import Company, TenantOwned

# Names of files that are no FileField: the row that they belonged to first is gone.
FILE_NAMES: Final = {"cards.CardArchive": ("image",)}


@dataclass(frozen=True, slots=True)
class Target:
    """A model with rows of companies; `path` leads to the company."""

    model: type[models.Model]
    path: str

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def file_fields(self) -> tuple[str, ...]:
        fields = self.model._meta.concrete_fields
        own = [field.name for field in fields if isinstance(field, models.FileField)]
        return (*own, *FILE_NAMES.get(self.label, ()))

    @property
    def own_parents(self) -> tuple[str, ...]:
        """References to another row of the same model, which would hold that one back."""
        return tuple(
            field.name
            for field in _references(self.model)
            if field.related_model is self.model and field.null
        )

    def rows(self, company_pk: int) -> Any:
        if self.path == "company":
            return self.model.objects.for_company(company_pk)  # type: ignore[attr-defined]
        return self.model._default_manager.filter(**{self.path: company_pk})


@cache
def targets() -> tuple[Target, ...]:
    """All of them; whatever refers to another one comes before it."""
    found = {model: path for model in apps.get_models() if (path := path_of(model))}
    ordered: list[type[models.Model]] = []

    def visit(model: type[models.Model], above: frozenset[type[models.Model]]) -> None:
        if model in ordered or model in above:
            return
        for other in sorted(found, key=lambda other: other._meta.label):
            if any(field.related_model is model for field in _references(other)):
                visit(other, above | {model})
        ordered.append(model)

    for model in sorted(found, key=lambda model: model._meta.label):
        visit(model, frozenset())
    return tuple(Target(model, found[model]) for model in ordered)


def path_of(model: type[models.Model]) -> str:
    """How a row leads to its company; empty where it does not."""
    if issubclass(model, TenantOwned):
        return "company"
    for field in _references(model):
        other = field.related_model
        if other is Company:
            return str(field.name)
        if isinstance(other, type) and issubclass(other, TenantOwned):
            return f"{field.name}__company"
    return ""


def _references(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            yield field
