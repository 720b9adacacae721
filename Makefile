# Every word works on a bare machine: it first sets up what it needs (tools/bootstrap, tools/apt-need).
# Where the system lacks a package, root gets it installed and anybody else is told its name.

BIN := .venv/bin
PYTHON_IN_VENV := $(BIN)/python

# A server named in LINEBOOK_TEST_POSTGRES is used as it is; without one the suites start their own from Debian's package.
POSTGRES := $(if $(LINEBOOK_TEST_POSTGRES),true,tools/apt-need 'postgresql:initdb,/usr/lib/postgresql/*/bin/initdb')

# One more than processors: tests wait for servers and other processes.
TEST_WORKERS ?= $(shell expr $$(nproc) + 1)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test clients browser check format crash fuzz bench nightly coverage-page lock clean

help: ## List these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: ## Run the hub on loopback, port 8420, with fixed demo credentials (PORT=…)
	@tools/bootstrap run
	$(BIN)/linebook demo --port $(or $(PORT),8420)

test: ## Run the tests on SQLite and on a PostgreSQL of their own (ARGS='-k name' goes to pytest)
	@tools/bootstrap dev
	@$(POSTGRES)
	$(PYTHON_IN_VENV) -m pytest --numprocesses $(TEST_WORKERS) --dist worksteal $(ARGS)

clients: ## Run the platforms' own client programs, unchanged, against a live hub
	@tools/bootstrap dev
	@tools/bootstrap clients
	$(PYTHON_IN_VENV) -m pytest tests/clients $(ARGS)

browser: ## Use the demo's page in a headless Chromium, the system's own
	@tools/bootstrap dev
	@tools/bootstrap browser
	@tools/apt-need chromium:chromium
	$(PYTHON_IN_VENV) -m pytest tests/browser --numprocesses 0 $(ARGS)

check: ## Check format, lint, types, who imports whom, and that generated pages are current
	@tools/bootstrap dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTHON_IN_VENV) -m linebook.docs --check

format: ## Put the code in its form and mend what lint can mend
	@tools/bootstrap dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

crash: ## Kill the process at its worst moments and count what is left (ROUNDS=…)
	@tools/bootstrap dev
	@$(POSTGRES)
	$(PYTHON_IN_VENV) -m tests.crash $(if $(ROUNDS),--rounds $(ROUNDS)) $(ARGS)

fuzz: ## Send random and mutated requests; none may be answered with a 5xx (CASES=…)
	@tools/bootstrap dev
	@$(POSTGRES)
	$(PYTHON_IN_VENV) -m tests.fuzz $(if $(CASES),--cases $(CASES)) $(ARGS)

bench: ## Measure against the fixed references, as ratios within one run
	@tools/bootstrap bench
	@$(POSTGRES)
	@tools/apt-need wrk:wrk
	$(PYTHON_IN_VENV) -m tests.bench $(ARGS)

nightly: crash fuzz clients browser bench ## Run all the slow suites

coverage-page: ## Write the generated pages of docs/ anew
	@tools/bootstrap dev
	$(PYTHON_IN_VENV) -m linebook.docs

# The locks carry versions and hashes and no address, so that they say nothing about where a package was fetched.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) pyproject.toml --group build

lock: ## Make the lock files anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@tools/bootstrap dev
	$(COMPILE) --output-file requirements/run.txt
	$(COMPILE) --group dev --constraints requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) --group bench --constraints requirements/run.txt --constraints requirements/dev.txt \
		--output-file requirements/bench.txt
	$(COMPILE) --group clients --constraints requirements/dev.txt --constraints requirements/bench.txt \
		--output-file requirements/clients.txt
	$(COMPILE) --group browser --constraints requirements/dev.txt --constraints requirements/bench.txt \
		--constraints requirements/clients.txt --output-file requirements/browser.txt
	@if grep -n '://\|^-' requirements/*.txt; then echo 'lock: an address or an option in a lock file' >&2; exit 1; fi

clean: ## Remove everything that git does not keep: .venv, caches, reports
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis build dist
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +
