#!/bin/sh
# Creates .venv with Python 3.11 or newer, and uv in it.
set -eu

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-} python3.11 python3 python3.12 python3.13; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    echo "No Python 3.11 or newer was found. On Debian 12: apt-get install python3 python3-venv" >&2
    exit 1
}

python=$(find_python)
if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv .venv
    pip=".venv/bin/python -m pip"
elif "$python" -c 'import pip, venv' 2>/dev/null; then
    "$python" -m venv --without-pip .venv
    pip="$python -m pip --python .venv/bin/python"
else
    echo "$python cannot make virtual environments. On Debian: apt-get install python3-venv" >&2
    exit 1
fi
echo "Installing uv into .venv"
$pip install --quiet --disable-pip-version-check --require-hashes -r requirements/install.txt
