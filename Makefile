.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# `check --deploy` looks at the settings of a real installation; nothing of this is connected to.
DEPLOYED := DEMONSTRATION=0 DATABASE_URL=postgresql://nobody@localhost/nothing ALLOWED_HOSTS=localhost PROXIES=1 \
	DATA_DIR=$(if $(DATA_DIR),$(DATA_DIR),.data) \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')

.PHONY: help run empty backup restore test check bench pictures lock messages shell format clean
help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/runtime ## Start everything on http://localhost:8000 (PORT=8123 make run for another port)
	@exec $(MANAGE) run

empty: .venv/runtime ## The same without the demonstration: the first page sets up your own house
	@exec $(MANAGE) run --empty

backup: .venv/runtime ## Write everything into a new file: make backup FILE=/backups/today.crm
	@$(MANAGE) backup "$(FILE)"

restore: .venv/runtime ## Put a backup in place of everything: make restore FILE=/backups/today.crm
	@$(MANAGE) restore "$(FILE)"

test: check ## Run the checks, then every test
	$(BIN)/pytest

check: .venv/dev ## Lint, layers, migrations, translations, templates, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(MANAGE) messages --check
	$(MANAGE) makemigrations --check --dry-run
	$(BIN)/djlint --lint --quiet templates
	$(DEPLOYED) $(MANAGE) check --deploy --fail-level WARNING

bench: .venv/dev ## Measure against the bars of benchmarks/bars.py (docs/performance.md)
	$(MANAGE) bench

pictures: .venv/dev ## Take the pictures of the documents anew (docs/pictures)
	$(MANAGE) pictures

lock: .venv/dev ## Compile requirements*.txt from pyproject.toml
	$(BIN)/pip-compile --output-file=requirements.txt pyproject.toml
	$(BIN)/pip-compile --extra=dev --constraint=requirements.txt --output-file=requirements-dev.txt pyproject.toml

messages: .venv/dev ## Collect texts to translate into locale/
	$(MANAGE) messages

shell: .venv/dev ## A Python prompt with the models loaded
	@$(MANAGE) shell

format: .venv/dev ## Let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove everything made here: environment, database, caches
	rm -rf .venv .data .ruff_cache .pytest_cache .import_linter_cache

.venv/made:
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is older."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/runtime: requirements.txt .venv/made
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
