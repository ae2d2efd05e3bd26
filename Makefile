# `make` alone prints this list. Everything runs in .venv, which is made here and holds all that is installed.

.DEFAULT_GOAL := help
.PHONY: help install style book check test cover whole test-all mutate study gpu lab clean

BIN := .venv/bin
STAMP := .venv/installed

# Two processes with a thread each are faster here than two threads in one: the tests' tensors are small.
WORKERS := 2
PYTEST = OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --dist loadfile --durations=20 --durations-min=5
COVERAGE := --cov=hfsr --cov-report=term-missing:skip-covered --cov-fail-under=90

help:  ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 16

install: $(STAMP)  ## make .venv and install the pinned versions; does nothing when they are there

$(STAMP): pyproject.toml constraints.txt
	@python=""; \
	for name in python3.11 python3; do \
	    if "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "hfsr: needs Python 3.11 or newer with its venv module, as python3.11 or python3 (Debian: python3 and python3-venv)" >&2; \
	    exit 2; \
	fi; \
	echo "Installing into .venv (a minute or more: torch is large) ..."; \
	"$$python" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[book,report,study,test,workflow]'
	@touch $@

book: install  ## execute the notebooks, build the book, print where it is
	$(BIN)/jupyter-book build . -n -W --keep-going
	@echo "The networks run in the page from a server only: $(BIN)/python -m http.server -d _build/html, then http://localhost:8000"

# What a change of the method, the data or the training needs while it is made.
ROOMS := images models classifiers formats data training
CORE := $(patsubst %,tests/test_%.py,weightmap losses metrics files paths) $(ROOMS:%=tests/%) hfsr/*.py hfsr/kernels $(ROOMS:%=hfsr/%)

style: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: style  ## style, types, who imports whom, and the quick tests of method, models, data and training (a minute or two)
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 2 --dist worksteal -m "not slow and not processes" $(CORE)

SELECT := -m "not slow and not whole and not processes"
test: style  ## the same and every other test in one process: studies, reports, command line (about 7 minutes on two cores)
	$(PYTEST) $(SELECT)

cover: SELECT += $(COVERAGE)
cover: test  ## the same, and count the lines that no test reaches: half as long again

NOTEBOOKS := notebooks
# Some wait, for a browser or for processes that they have started.
whole: WORKERS := 3
# In this order: the workflow takes longest, and would leave a core idle in the end.
PARTS := tests/workflow $(filter-out tests/workflow/ %/__pycache__/,$(wildcard tests/*/)) $(wildcard tests/test_*.py)
whole: book  ## test what is whole: notebooks, pages in a browser, the workflow, several processes, a study from its first run to its tables
	HFSR_BOOK="$(CURDIR)/_build/html" $(PYTEST) --no-loadscope-reorder -m "(whole or processes) and not slow" $(PARTS) $(NOTEBOOKS)

test-all: SELECT := -m ""
test-all: test  ## all of these and the tests marked slow

# mutmut is installed here, as nothing else needs it. What it has tried is kept in mutants/: stopped, it goes on where it was.
MUTANTS :=
mutate: install  ## put faults into method and training one by one and list those that no test notices (hours, or MUTANTS="hfsr.losses*")
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt mutmut
	CUDA_VISIBLE_DEVICES= OMP_NUM_THREADS=1 $(BIN)/mutmut run $(MUTANTS)
	$(BIN)/mutmut results

# One run at a time with all cores. CORES=2 THREADS=1 trains two at once, a core each: on two cores that gets more done.
STUDY := superres
RECIPE := $(if $(filter restore,$(STUDY)),denoise,bench)
PROFILE := local
CORES := all
study: install  ## run a study (STUDY=superres, classify, frequency, confirmation, recognition, restore, spectra or all, RECIPE=bench, PROFILE=slurm on a cluster), or go on where it was stopped
	@test -d workflow/profiles/$(PROFILE) || { \
	    echo "hfsr: no profile is called '$(PROFILE)': choose one of local, slurm" >&2; exit 2; }
	$(BIN)/snakemake -s workflow/Snakefile --profile workflow/profiles/$(PROFILE) $(if $(filter local,$(PROFILE)),--cores $(CORES)) $(SNAKEMAKE) \
	    --config study=$(STUDY) recipe=$(RECIPE) $(if $(THREADS),threads=$(THREADS)) $(if $(STEPS),steps=$(STEPS)) $(if $(LIMIT),limit=$(LIMIT))

MINUTES := 30
gpu: install  ## check the GPU, measure it, and train for MINUTES=30 what the studies still lack; the same command goes on
	$(BIN)/hfsr gpu --minutes $(MINUTES)

lab: install  ## open the notebooks
	$(BIN)/jupyter lab notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

clean:  ## remove the built book and every tool's cache; .venv and runs/ stay
	rm -rf _build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache mutants
