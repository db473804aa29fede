# Kafo: each target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test check run install bench tables
SHELL := /bin/bash
export PATH := $(CURDIR)/.cache/uv/bin:$(PATH)
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
PYTHON := .venv/bin/python

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/run ## three offices with invented data, the first at http://bamako.localhost:8000/
	@.venv/bin/kafo demo

run: .venv/run ## your own office, in ./kafo-data; asks what it needs the first time
	@[ -e "$${KAFO_HOME:-kafo-data}/settings.env" ] || .venv/bin/kafo init
	@.venv/bin/kafo run

install: .venv/run ## the program on a server, for all its users (see docs/operate/install.md)
	@.venv/bin/python -m compileall -q kafo .venv/lib

test: check ## all tests: rooms, real browser, SQLite and PostgreSQL
	@deploy/test-components
	@tests/run

check: .venv/dev ## style, types, walls between rooms, translations (2 minutes)
	@.venv/bin/ruff format --check kafo tests benchmarks
	@.venv/bin/ruff check kafo tests benchmarks
	@.venv/bin/mypy
	@.venv/bin/pytest -q -n 2 --dist loadfile tests/architecture tests/docs

tables: .venv/run ## the tables of a new office, anew after migrations changed
	@.venv/bin/python -m kafo.welcome.tables

bench: .venv/dev ## the figures of docs/benchmarks.md (one hour)
	@benchmarks/run

.venv/run: pyproject.toml uv.lock
	@deploy/get-uv
	@uv sync --quiet --frozen --no-dev && touch $@

.venv/dev: pyproject.toml uv.lock
	@deploy/get-uv
	@uv sync --quiet --frozen && touch .venv/run $@
