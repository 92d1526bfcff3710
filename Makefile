.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON_IN_VENV := .venv/bin/python

.PHONY: help run test check format manage pins

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run:  ## install, then start everything in one process on SQLite, with the SmartHR simulator (PORT=8000)
	@sh scripts/install.sh app
	@exec $(PYTHON_IN_VENV) -m config.local --end-with-parent

test:  ## install, then run all tests; ARGS="tests/config -k health" runs some of them
	@sh scripts/install.sh dev
	@exec $(PYTHON_IN_VENV) -m scripts.run_tests $(ARGS)

check:  ## lint, formatting, types, missing migrations, deployment settings, architecture
	@sh scripts/install.sh dev
	@exec sh scripts/check.sh

format:  ## rewrite the code in the project's format
	@sh scripts/install.sh dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

manage:  ## a management command on the data of `make run`: make manage ARGS="smarthr_sync --company demo"
	@sh scripts/install.sh app
	@test -f var/local.env || { echo "Start \`make run\` once before." >&2; exit 2; }
	@set -a; . var/local.env; set +a; exec $(PYTHON_IN_VENV) manage.py $(ARGS)

pins:  ## compile requirements/*.in into *.txt; UPGRADE=--upgrade takes newer versions
	@sh scripts/install.sh dev
	@sh scripts/compile_pins.sh $(UPGRADE)
