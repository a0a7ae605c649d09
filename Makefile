# Every target sets itself up: a machine needs python3 (3.11 or newer) and make, nothing else.
PYTHON ?= python3
PORT ?= 8000
SITE_URL ?= http://127.0.0.1:$(PORT)
run dev: export SITE_URL := $(SITE_URL)

PY := .venv/bin/python
SITE := requirements.txt
TOOLS := requirements.txt requirements-dev.txt
OURS := hope_site portal updates donations stories supporters safeguarding letters public_pages sandbox_bank

.DEFAULT_GOAL := help
.PHONY: help run dev test check bench drill lock venv venv-dev tools

help: ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: venv ## run the site with demo stories on http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(PY) manage.py start --port $(PORT)

dev: venv ## the same with DEBUG on, reloading when code changes
	@DEBUG=1 exec $(PY) manage.py start --dev --port $(PORT)

test: tools ## all tests, on SQLite and again on PostgreSQL
	@sqlite=0; postgres=0; \
	echo "== on SQLite"; $(PY) -m pytest -n 2 --dist worksteal $(ARGS) || sqlite=$$?; \
	echo "== on PostgreSQL"; $(PY) -m tests.services.postgres -- $(PY) -m pytest -n 2 --dist worksteal $(ARGS) || postgres=$$?; \
	exit $$((sqlite + postgres > 0))

check: tools ## style, types, templates, import rules, deployment settings, migrations, lock files
	@$(PY) -m tests.tools.check

bench: tools ## the benchmarks: ratios measured in one run, written to bench/results.json
	@$(PY) -m bench

drill: tools ## the long proofs in full
	@DRILL=full $(PY) -m pytest -m drill $(ARGS)

lock: venv-dev ## compile requirements*.txt anew from requirements*.in, with hashes
	@$(PY) -m tests.tools.lock $(ARGS)

venv:
	@$(PYTHON) deploy/install.py $(SITE)

venv-dev:
	@$(PYTHON) deploy/install.py $(TOOLS)

tools: venv-dev
	@$(PY) -m tests.tools.install
