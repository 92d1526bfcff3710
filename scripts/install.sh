#!/bin/sh
# Brings .venv in line with the pins: `install.sh app` to run, `install.sh dev` to test and check.
# Does nothing while the pins are those of the last time; dev includes app.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
done_file=.venv/installed-pins

sum_of() {
    cat "requirements/$1.txt" requirements/install.txt | cksum
}

is_installed() {
    [ -f "$done_file" ] && grep -qxF "$1 $(sum_of "$1")" "$done_file"
}

if is_installed "$wanted" || is_installed dev; then
    exit 0
fi
if ! .venv/bin/uv --version >/dev/null 2>&1; then
    sh scripts/create_venv.sh
fi
echo "Installing requirements/$wanted.txt into .venv"
rm -f "$done_file"
.venv/bin/uv pip sync --quiet --python .venv/bin/python "requirements/$wanted.txt"
echo "$wanted $(sum_of "$wanted")" > "$done_file"
