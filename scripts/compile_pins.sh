#!/bin/sh
# Compiles requirements/*.in into pins with hashes and without the address of any registry.
set -eu
for name in install app dev; do
    .venv/bin/uv pip compile "$@" --quiet --universal --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --python-version 3.11 \
        "requirements/$name.in" -o "requirements/$name.txt"
done
