# deedbox: `make help` lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
DATA ?= data
SET_UP = @$(PYTHON) tests/setup/environment.py --venv $(VENV) --lock
FETCH = @$(PYTHON) tests/setup/web_files.py --lock
COMPILE = $(BIN)/pip-compile --quiet --upgrade --allow-unsafe --generate-hashes --strip-extras \
	--no-header --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.PHONY: help run test quick lint format soak clients bench lock environment dev-environment

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

environment:
	$(SET_UP) requirements.lock
	$(FETCH) web.lock --into admin/static/vendor

dev-environment:
	$(SET_UP) requirements-dev.lock
	$(FETCH) web.lock --into admin/static/vendor
	$(FETCH) web-dev.lock --into $(VENV)/web

run: environment ## serve on SQLite and a local folder (PORT=8080 DATA=data)
	@exec $(BIN)/deedbox serve --data "$(DATA)" --port "$(PORT)"

lint: dev-environment ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev-environment ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

quick: lint ## lint and unit tests, seconds
	$(BIN)/pytest -q -m "not soak" tests/unit tests/architecture

test: lint ## everything that must hold (under 15 minutes on two cores)
	$(BIN)/pytest -n 2 --dist worksteal -m "not soak and not clients"

soak: dev-environment ## the long counts
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest -m soak

clients: dev-environment ## foreign programs: litmus, rclone, cadaver, davfs2
	$(BIN)/pytest -m clients

bench: dev-environment ## side by side with the peers from PyPI
	$(BIN)/python tests/bench/compare.py

lock: dev-environment ## pin the newest versions that pyproject.toml admits
	$(COMPILE) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
