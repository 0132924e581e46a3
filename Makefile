# Needs Python 3.11 or newer and make. `make` alone lists what it can do.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# Without compiled files every start compiles all imports again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

.PHONY: help setup run dev worker test lint format schema seed reset bench fault vendor

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: .venv/ready .env ## Virtual environment, packages and .env; does nothing when all is there

.venv/ready: requirements.txt requirements/base.txt requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "BetterSide needs Python 3.11 or newer, and none was found."; exit 1; }
	@test -x $(BIN)/pip || { echo "Making a virtual environment in .venv"; $(PYTHON) -m venv .venv; } || \
		{ rm -rf .venv; echo "Python's venv module is incomplete: on Debian and Ubuntu install the package python3-venv."; exit 1; }
	@echo "Installing packages"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.env: | .venv/ready
	@$(BIN)/python tools/make_env.py

run: setup ## Everything, on http://127.0.0.1:8000 (other port: make run PORT=8001)
	@echo "Preparing the database"
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed --once
	@exec $(MANAGE) dev

dev: setup ## Like run, and starts again when code changes
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed --once
	@exec $(MANAGE) dev --reload

worker: setup ## Only the worker for background jobs
	@exec $(MANAGE) worker

test: setup ## The whole test suite, on every core (at most four)
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

lint: setup ## Check style and settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MANAGE) check
	$(MANAGE) makemigrations --check --dry-run

format: setup ## Put code into the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: setup ## Write openapi.yaml anew
	$(MANAGE) spectacular --file openapi.yaml --validate --fail-on-warn

seed: setup ## Put demo data into the database; what is there stays
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed

reset: setup ## Delete the embedded database with all its data
	@$(MANAGE) devdb reset

bench: setup ## Measure everything at 10k, 100k and 1M leads, each beside its floor (20 minutes; BENCH='--sizes 10000')
	$(BIN)/python -m benchmarks $(BENCH)

fault: setup ## Kill database, web and worker while 10,000 leads arrive, and count what is left (10 to 30 minutes)
	$(BIN)/python -m faults.capture --changes 10000 --kills 20

vendor: setup ## Fetch the front-end packages anew (needs Node)
	$(BIN)/python tools/vendor.py
