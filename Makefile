# The few things that are done here. README.md says what each comes to without make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: review test prove lint wheel bench clean

review: $(VENV)/.ready  ## Open the review of the bundled case.
	@$(BIN)/imr review cervical-radiographs-after-fusion

test: lint  ## Everything that has to hold.
	$(BIN)/pytest -n auto --dist worksteal --durations=20

prove: $(VENV)/.ready-dev  ## All that is tried against the log, of which test takes a sample; minutes.
	IMR_PROVE=1 $(BIN)/pytest -n auto --dist worksteal

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

wheel: $(VENV)/.ready-dev  ## Into dist/.
	$(BIN)/python -m build --wheel --no-isolation

bench: $(VENV)/.ready-dev  ## What benchmarks/README.md reports.
	$(BIN)/python -m benchmarks

clean:  ## What the others made, except the environment in .venv.
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find assistant tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.ready: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; name one, as in: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -e '.[documents]'
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@echo "Installing what the tests need ..."
	@$(PIP) -e '.[dev]'
	@touch $@
