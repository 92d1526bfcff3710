#!/bin/sh
# Everything that needs no test run. `make check`
set -u
cd "$(dirname "$0")/.."
# Of no worth to anybody; the checks below read the settings as a server on https would.
export SECRET_KEY="checks-and-nothing-but-checks-0123456789abcdefghijklmnop"
export FIELD_ENCRYPTION_KEYS="Y2hlY2tzLWFuZC1ub3RoaW5nLWJ1dC1jaGVja3MtMDE="
export PUBLIC_URL="https://meishi.example.com"
export DATABASE_URL="sqlite://:memory:"
bin=.venv/bin
failed=""

step() {
    echo "== $*"
    "$@" || failed="$failed
  $*"
}

step $bin/ruff check .
step $bin/ruff format --check .
step $bin/mypy .
step $bin/python manage.py makemigrations --check --dry-run
step $bin/python manage.py check --deploy --fail-level WARNING
step $bin/python -m pytest -q tests/test_architecture.py

if [ -n "$failed" ]; then
    echo "Failed:$failed" >&2
    exit 1
fi
