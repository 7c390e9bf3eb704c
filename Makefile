# deedbox: `make help` lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
DATA ?= data

.DEFAULT_GOAL := help
.PHONY: help run test quick lint format soak clients bench lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

$(BIN)/.run: requirements.lock pyproject.toml
	@$(PYTHON) tests/setup/environment.py --venv $(VENV) --lock requirements.lock
	@touch $@

$(BIN)/.dev: requirements-dev.lock pyproject.toml
	@$(PYTHON) tests/setup/environment.py --venv $(VENV) --lock requirements-dev.lock
	@touch $@ $(BIN)/.run

run: $(BIN)/.run ## make the environment and serve on SQLite and a local folder (PORT=8080 DATA=data)
	@$(BIN)/deedbox serve --data $(DATA) --port $(PORT)

lint: $(BIN)/.dev ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(BIN)/.dev ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

quick: lint ## lint and unit tests, seconds
	$(BIN)/pytest -q tests/unit tests/architecture

test: lint ## everything that must hold (under 15 minutes on two cores)
	$(BIN)/pytest -m "not soak and not clients"

soak: $(BIN)/.dev ## the long counts
	$(BIN)/pytest -m soak

clients: $(BIN)/.dev ## foreign programs: litmus, rclone, cadaver, davfs2
	$(BIN)/pytest -m clients

bench: $(BIN)/.dev ## side by side with the peers from PyPI
	$(PYTHON) tests/bench/compare.py

lock: $(BIN)/.dev ## pin the newest versions that pyproject.toml admits
	$(BIN)/pip-compile -q --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --no-header -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --no-header --extra dev -o requirements-dev.lock pyproject.toml
