# `make demo` and `make test` set up all that they need. `make` alone says what else there is.

VENV := .venv
LOWEST := .venv-lowest
# Tests wait for a seventh of their time, for timers and for processes of their own: on two cores three at once
# end sooner than two, and hold up to 6 GB. A file's tests share what they need, so that they stay together;
# files go by name, as those with the fewest tests are not the shortest, but for those with slow tests, which
# go first.
AT_ONCE := $(shell awk '/^MemAvailable/ {print ($$2 > 12e6) ? 3 : 2}' /proc/meminfo 2>/dev/null | grep . || echo 2)
SIDE_BY_SIDE := --numprocesses $(AT_ONCE) --dist loadfile --no-loadscope-reorder
# Collecting all files for the few tests that run alone, or the slow ones, takes longer than reading for the mark.
marked = $(shell grep -rl --include='test_*.py' 'mark\.$(1)' Testing/Python | sort)
ALONE = -m alone $(call marked,alone)
SLOW = -m "slow and not alone" $(call marked,slow)
# Tests start hundreds of processes, which would compile all code anew where bytecode is not kept.
unexport PYTHONDONTWRITEBYTECODE
DEMO_OUT ?= build/demo
DEMO_COHORT_OUT ?= build/demo-cohort
DEMO_FOLLOW_UP_OUT ?= build/demo-follow-up
SCREENSHOTS ?= build/screenshots
# The folder of the real CT.
DATA ?= $(or $(RADIOIMMUNO_DATA),../shared/data)
# Two checkouts whose results are compared.
BEFORE ?= ../before
AFTER ?= .

# The first of these commands that is a Python the project runs on; `make PYTHON=...` takes another.
first_python = $(shell for python in $(1); do \
	"$$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= $(2))' 2>/dev/null \
	&& echo "$$python" && break; done)
PYTHON ?= $(call first_python,python3 python3.12 python3.11 python3.13 python3.10,(3, 13))
PYTHON_LOWEST ?= $(call first_python,python3.10 python3.11 python3,(3, 11))

.DEFAULT_GOAL := help
.PHONY: help demo demo-cohort demo-follow-up bench test test-slow test-lowest test-pyradiomics lint format env system validators refusals signature segmentation-model same-results same-speed walks mutation oracles benchmark benchmark-short benchmark-editing benchmark-segmenting benchmark-maps benchmark-lesions benchmark-dicom benchmark-surfaces benchmark-cohort benchmark-response benchmark-matching benchmark-suv benchmark-learned benchmark-filtered clean

help: ## what there is to make (this list)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' Makefile

demo: system env ## score a simulated patient: table, report, Slicer scene and pictures in build/demo
	$(VENV)/bin/radioimmuno demo --out "$(DEMO_OUT)"

demo-cohort: env ## simulate 24 patients of three scanners: table, signature, validation, pages in build/demo-cohort
	$(VENV)/bin/radioimmuno demo-cohort --out "$(DEMO_COHORT_OUT)"

demo-follow-up: env ## simulate a patient at three dates and follow the lesions, beside what is true: build/demo-follow-up
	$(VENV)/bin/radioimmuno demo-follow-up --out "$(DEMO_FOLLOW_UP_OUT)"

bench: system env ## open the panel with the demonstration patient, without the Slicer application
	$(VENV)/bin/python Testing/Bench

test: system env ## run the tests, all but the slow ones
	$(VENV)/bin/python -m pytest $(SIDE_BY_SIDE) -m "not alone and not slow"
	$(VENV)/bin/python -m pytest $(ALONE)

test-slow: system env ## run the slow tests: real strokes, examples of the help, the demonstration, programs that check DICOM
	$(VENV)/bin/python -m pytest $(SIDE_BY_SIDE) $(SLOW)

test-lowest: $(LOWEST)/made ## run the tests that need no Slicer libraries on the lowest versions (Python 3.10 or 3.11)
	$(LOWEST)/bin/python -m pytest $(SIDE_BY_SIDE) -m "not scene and not alone" Testing/Python/science Testing/Python/cli

test-pyradiomics: ## run the tests of PyRadiomics as another engine (Python 3.11, a compiler)
	sh Testing/Oracles/make_environment.sh pyradiomics
	RADIOIMMUNO_REQUIRE_PYRADIOMICS=1 PYTHONPATH=RadioImmunoScore .venv-pyradiomics/bin/python -m pytest \
		Testing/Python/science/engines/test_pyradiomics_engine.py

lint: env ## check style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: env ## lay out the code and mend what can be mended
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

env: $(VENV)/made ## make the environment .venv with the tested versions

system: ## install the system libraries that rendering needs (Debian, Ubuntu), or say how
	@sh .ci/system-libraries

refusals: env ## write the page of what is refused again, from the table of codes
	$(VENV)/bin/python -m radioimmuno.refusals.page Resources/Docs/Refusals.md

validators: ## install the programs that check our DICOM files in the tests (Debian, Ubuntu; brings Java)
	@sh .ci/system-libraries dicom3tools pixelmed-apps

signature: env ## train the demonstration signature again: the same file comes out
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python -m radioimmuno.training.demonstration RadioImmunoScore/Resources/Signatures/demonstration.json

segmentation-model: env ## fit the model of the stroke segmentation again: the same file comes out (ten minutes, real CT)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python -m radioimmuno.training.segmentation_model \
		"$(DATA)" RadioImmunoScore/radioimmuno/segmentation/segmentation_model.json

same-results: system env ## do the checkouts BEFORE=../before and AFTER=. give the same results? (real CT)
	$(VENV)/bin/python Testing/Regression/same_results.py --before "$(BEFORE)" --after "$(AFTER)" --jobs 2

same-speed: system env ## is AFTER=. as fast as BEFORE=../before? Scoring, editing, start-up, in turn
	$(VENV)/bin/python Testing/Regression/same_speed.py --before "$(BEFORE)" --after "$(AFTER)"

walks: system env ## through how many files leads a click on Score, a stroke, a DICOM folder?
	$(VENV)/bin/python Testing/Regression/walks.py

mutation: env ## how many small faults in features, scoring, validation, response and DICOM stacks do the tests notice?
	nice $(VENV)/bin/python Testing/Mutation/mutate.py

oracles: ## make the reference values of other software again (Python 3.11, a compiler)
	sh Testing/Oracles/make_environment.sh
	.venv-oracles/bin/python Testing/Oracles/make_references.py
	sh Testing/Oracles/make_environment.sh neurocombat
	.venv-neurocombat/bin/python Testing/Oracles/combat_values.py

benchmark: env ## time and memory, side by side with other software
	sh Testing/Oracles/make_environment.sh
	$(VENV)/bin/python Testing/Benchmarks/benchmark.py

benchmark-short: env ## does the benchmark run? A small CT, this software alone
	$(VENV)/bin/python Testing/Benchmarks/benchmark.py --short

benchmark-editing: system env ## from the end of an edit to the new color, in the panel on the bench
	$(VENV)/bin/python Testing/Benchmarks/editing.py

benchmark-segmenting: env ## lesions from strokes, clicks and boxes, beside GrowCut, real and simulated (an hour or two)
	$(VENV)/bin/python Testing/Benchmarks/segmenting.py --jobs 2

benchmark-matching: env ## lesions found again in a follow-up: simulated courses, real CT at another breath (an hour)
	$(VENV)/bin/python Testing/Benchmarks/matching.py --jobs 2

benchmark-maps: env ## interior maps, beside PyRadiomics
	sh Testing/Oracles/make_environment.sh
	$(VENV)/bin/python Testing/Benchmarks/lesion_maps.py

benchmark-lesions: env ## a CT with 30, 100 and 300 lesions: time and the size of the report
	$(VENV)/bin/python Testing/Benchmarks/many_lesions.py

benchmark-dicom: env ## twenty lesions and their rings as DICOM: time, and the share of each stage
	$(VENV)/bin/python Testing/Benchmarks/dicom_export.py

benchmark-surfaces: system env ## lesions of 10 to 1500 cc in 3D: making their surfaces, editing while they are shown
	$(VENV)/bin/python Testing/Benchmarks/surfaces.py

benchmark-cohort: env ## 200 simulated patients, with one worker and with two: time and memory a worker
	$(VENV)/bin/python Testing/Benchmarks/cohort.py

benchmark-response: env ## the response of 1,000 patients with 10 studies each, from their table
	$(VENV)/bin/python Testing/Benchmarks/response.py

benchmark-suv: env ## SUV of digital reference objects, beside what SimpleITK reads of them
	$(VENV)/bin/python Testing/Benchmarks/pet_suv.py

benchmark-learned: env ## ten lesions through a model of 73 KB
	$(VENV)/bin/python Testing/Benchmarks/learned.py

benchmark-filtered: env ## ten lesions after three Laplacians of Gaussian and eight wavelet bands, beside PyRadiomics
	sh Testing/Oracles/make_environment.sh
	$(VENV)/bin/python Testing/Benchmarks/filtered.py

benchmark-tasks: system env ## how many clicks ten tasks in the panel take, now and before it had tabs
	$(VENV)/bin/python Testing/Benchmarks/panel_tasks.py

screenshots: system env ## the panel in every width, size of letters and palette, as pictures in build/screenshots
	$(VENV)/bin/python Resources/Screenshots/make.py "$(SCREENSHOTS)"

clean: ## remove all that was made here, the environments too
	rm -rf $(VENV) $(LOWEST) .venv-oracles .venv-pyradiomics .venv-neurocombat build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is made again when what it is made from changes. Arguments: folder, Python, constraints, extras.
define make_environment
	@[ -n "$(2)" ] || { echo "No suitable Python was found ($(5)). Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(2)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(2) cannot make environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(1); the first time takes a minute or two."
	@"$(2)" -m venv --clear $(1)
	@$(1)/bin/python -m pip --disable-pip-version-check install --quiet -c $(3) -e ".[$(4)]"
	@touch $@
endef

$(VENV)/made: pyproject.toml constraints.txt
	$(call make_environment,$(VENV),$(PYTHON),constraints.txt,slicer$(comma)bench$(comma)dicom$(comma)train$(comma)cohort$(comma)onnx$(comma)test$(comma)dev,3.10 to 3.13)

$(LOWEST)/made: pyproject.toml constraints-lowest.txt
	$(call make_environment,$(LOWEST),$(PYTHON_LOWEST),constraints-lowest.txt,train$(comma)dicom$(comma)cohort$(comma)onnx$(comma)test,3.10 or 3.11)

comma := ,
