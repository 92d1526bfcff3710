"""The Celery application; tasks live in each app's tasks.py."""

import os
import sys
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class PoliteLoader(AppLoader):
    """Says what is wrong with the environment in one line; `celery` would print a traceback."""

    def config_from_object(self, obj: Any, silent: bool = False) -> Any:
        try:
            return super().config_from_object(obj, silent)
        except ImproperlyConfigured as problem:
            print(problem, file=sys.stderr)  # noqa: T201
            raise SystemExit(2) from None


app = Celery("meishi", loader="config.celery:PoliteLoader")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
