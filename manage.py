#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        # What to change in the environment; a traceback would only bury it.
        print(problem, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
