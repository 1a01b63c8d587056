# Two commands do all the set-up:  make demo  and  make test.  `make help` lists the rest.

VENV := .venv
BIN := $(VENV)/bin
# A Python 3.11 to 3.13 of your choice:  make demo PYTHON=python3.12
PYTHON ?=
SCENARIO ?=

.DEFAULT_GOAL := help
.PHONY: help demo dashboard test lint check wheel clean

help:  ## this list
	@echo "make demo       set up, compare two regimes, say where the report is"
	@echo "make dashboard  set up, open the workshop dashboard in a browser"
	@echo "make test       set up, run the tests"
	@echo "make lint       set up, check the code's style"
	@echo "make check      set up, recount every claim of every scenario, ten pairs each"
	@echo "make wheel      build the wheel and the source archive into dist/"
	@echo "make clean      remove the environment, builds and caches (results in runs/ stay)"

demo: $(VENV)/installed
	@$(BIN)/regimes compare $(SCENARIO)

dashboard: $(VENV)/installed-with-dashboard
	@$(BIN)/regimes dashboard $(DASHBOARD_ARGS)

test: $(VENV)/installed-for-tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/installed-for-tests
	@$(BIN)/ruff check .

check: $(VENV)/installed
	@$(BIN)/regimes check --fast

wheel: $(VENV)/installed-for-tests
	@$(BIN)/python -m build --outdir dist .

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps below are touched last, so an installation that failed is tried again, and a good one is not repeated.

$(VENV)/pyvenv.cfg:
	@python=$$(sh .ci/find-python $(PYTHON)) && echo "Setting up $(VENV) with $$python" && \
	{ "$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; }

$(VENV)/installed: pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-with-dashboard: pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing the dashboard (once; a few minutes, its scripts and fonts are large)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dashboard]'
	@touch $(VENV)/installed $@

$(VENV)/installed-for-tests: pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing what the tests need (once; a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $(VENV)/installed $(VENV)/installed-with-dashboard $@
