# The two commands that matter: make demo, make test.
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml
WITHOUT_GPU := --extra local --extra gallery --extra llm --extra charts
IN_IMAGES := --extra gallery --extra llm --extra otel
TARGETS ?= base render solid gpu
BASE ?= main
# What `make setup EXTRAS=gpu,solid` takes. Those of the first line are in .venv whatever is asked for; gpu and solid have
# versions of their own of what Faust and the tests need, so each has an environment beside it, where `skg` finds it.
IN_VENV := local gallery llm charts otel nsfw
APART := gpu solid
comma := ,
space := $(subst ,, )
WANTED := $(subst $(comma), ,$(EXTRAS))
UNKNOWN := $(filter-out $(IN_VENV) $(APART),$(WANTED))
$(if $(UNKNOWN),$(error EXTRAS=$(EXTRAS): there is no extra $(UNKNOWN); there are $(IN_VENV) $(APART)))
# `python -m tools.…` looks in the current folder, which these would take from it, or put others before it.
unexport PYTHONSAFEPATH PYTHONHOME
export PYTHONDONTWRITEBYTECODE ?= 1
# Tests keep bytecode, but outside the tree: without it each worker compiles every module and every test anew, 9 s of CPU.
KEEP_BYTECODE := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/.pytest_cache/bytecode
# A demo keeps it in its usual places, and setup makes it: without it each of its five processes compiles all that it imports.
WITH_BYTECODE := PYTHONDONTWRITEBYTECODE=
OF_A_DEMO := streams.demo.demo_watch streams.composition streams.faust_app.seed_agent agents.planner gpu_workers.render gpu_workers.examine gpu_workers.collage dataset.table.sample_writer

.DEFAULT_GOAL := help
.PHONY: setup-solid demo-solid test-solid test-cluster bench-solid bench-capacity quality bench bench-compare bench-flame bench-llm bench-render chaos soak help setup setup-gpu demo test test-unit test-slow test-gpu check services up down schemas docs wheel lock

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/; s/\$$\$$/$$/g' | expand -t 16

setup: .venv/.ready $(patsubst %,.venv-%/.ready,$(filter $(APART),$(WANTED))) ## install into .venv, and the sprites; EXTRAS=gpu,solid: with torch (5.4 GB) and Blender (1 GB), each in an environment of its own

.venv/.ready: requirements/dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	$(BIN)/python -m gpu_workers.collage.sprites.fetch
	$(WITH_BYTECODE) $(BIN)/python -c 'import $(subst $(space),$(comma),$(OF_A_DEMO))'
	@touch $@

demo: setup ## run the whole factory on the sample seeds; the result is in demo-out/
	$(WITH_BYTECODE) $(BIN)/skg demo --add --out demo-out

services: setup ## install the real services that tests use, where this machine allows it
	$(BIN)/python -m tools.services.install

test: setup services ## run all tests: what needs no service as fast as the cores allow, the others one after the other
	$(KEEP_BYTECODE) $(BIN)/pytest -n auto --dist loadfile tests/unit
	$(BIN)/pytest tests/contract tests/e2e tests/chaos

test-unit: setup ## run the unit tests that are quick, in about a minute on two cores; `make test` runs the thorough ones too
	$(KEEP_BYTECODE) $(BIN)/pytest -n auto --dist loadfile -m "not slow and not thorough" tests/unit

test-slow: setup services ## run the tests that take minutes, and more cases of what others prove: other brokers, steps, signals
	$(BIN)/pytest -m slow
	test ! -x .venv-gpu/bin/python || .venv-gpu/bin/python -m pytest -m slow tests/unit/gpu_workers/diffusion tests/e2e/test_photographs.py

test-cluster: setup services ## the chart on a real Kubernetes control plane with KEDA; building it takes 12 minutes, once
	$(BIN)/python -m tools.cluster.install
	$(BIN)/pytest -m slow tests/cluster

chaos: setup services ## everything goes wrong at once, and the accounting says what it did: SKG_CHAOS_S=600 for long
	$(BIN)/python -m tests.chaos

soak: setup services ## 100,000 events through render and examine: does memory stay flat
	$(BIN)/python -m tests.soak

setup-gpu: .venv-gpu/.ready

# Last what is not locked and may fail: lmms-eval has 70 dependencies, and one of them installs a top-level `tests`.
.venv-gpu/.ready: .venv/.ready requirements/gpu.txt
	test -x .venv-gpu/bin/python || $(PYTHON) -m venv .venv-gpu
	$(BIN)/uv pip install --quiet --python .venv-gpu/bin/python --override requirements/gpu-overrides.txt -r requirements/gpu.txt
	$(BIN)/uv pip install --quiet --python .venv-gpu/bin/python hypothesis pytest pytest-timeout
	$(BIN)/uv pip install --quiet --python .venv-gpu/bin/python --no-deps --editable .
	-$(BIN)/uv pip install --quiet --python .venv-gpu/bin/python lmms-eval==0.7.3
	-$(BIN)/uv pip uninstall --quiet --python .venv-gpu/bin/python latex2sympy2
	mkdir -p .venv-gpu/share/skg && cp -R .venv/share/skg/sprites .venv-gpu/share/skg/
	@touch $@

test-gpu: setup-gpu ## run the tests that need torch, with tiny models on the CPU
	.venv-gpu/bin/python -m pytest tests/unit/gpu_workers/diffusion tests/unit/dataset/test_exports_train.py tests/unit/dataset/test_evaluation_model.py tests/unit/streams/test_eye_measures.py::test_the_command_measures_the_configured_eyes tests/e2e/test_tiny_diffusion.py tests/e2e/test_photographs.py tests/e2e/test_diffusion_panels.py

setup-solid: .venv-solid/.ready

.venv-solid/.ready: .venv/.ready requirements/solid.txt
	test -x .venv-solid/bin/python || $(BIN)/uv venv --quiet --python 3.11 .venv-solid
	$(BIN)/uv pip sync --quiet --python .venv-solid/bin/python requirements/solid.txt
	.venv-solid/bin/python -c "import bpy, OpenEXR"
	@touch $@

demo-solid: setup-solid ## run the whole factory with path-traced scenes: 24 graphs; the result is in demo-solid-out/
	$(BIN)/skg demo --renderer solid --add --out demo-solid-out

test-solid: setup-solid ## run the tests that need Blender
	$(BIN)/pytest tests/solid

.PHONY: images test-images
images: setup ## build the images with buildah: TARGETS="base render"
	$(BIN)/python -m tools.images.build $(TARGETS)

test-images: services images ## build the images, run the factory from them, and check the compose file against them
	$(BIN)/pytest tests/images

bench: setup ## measure this machine: one table, bench.json, docs/performance.md; PARTS="spatial stages"
	$(BIN)/python -m tests.bench $(PARTS) --page --history .skg/bench.jsonl

bench-compare: setup ## what became slower than the noise since a revision: BASE=main PARTS="spatial stages"
	$(BIN)/python -m tests.bench $(PARTS) --compare $(BASE)

bench-flame: setup ## a flame graph of a stage or a part: PART=draw, the result is in .skg/flame
	$(BIN)/python -m tests.bench.flame $(PART)

bench-llm: setup ## how well the agents keep a language model busy
	$(BIN)/python -m tests.bench.llm

bench-render: setup-gpu ## how fast pictures are drawn: the true size on a GPU, a small one on a CPU
	.venv-gpu/bin/python -m tests.bench.render

bench-solid: setup-solid ## what a picture of a scene in metres costs: seconds of each step, memory of both processes
	$(BIN)/python -m tests.bench.solid

bench-capacity: setup ## what a graph costs each stage, in processor time and bytes: the figures of `skg capacity`
	$(BIN)/python -m tests.bench.capacity

quality: setup ## make 1,500 samples of every scene and measure them; the report is in quality-out/
	test -d quality-out/dataset || $(BIN)/python -m tools.make_dataset --samples 1500 --out quality-out/dataset
	$(BIN)/skg dataset quality quality-out/dataset --out quality-out

check: setup ## lint, types, dependency direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

up: setup ## start the local broker and store: eval "$$(make -s up)"
	@$(BIN)/skg up

down: ## stop them
	$(BIN)/skg down

schemas: setup ## write the generated documents and the dashboards anew
	$(BIN)/python -m schemas.reference.documents
	$(BIN)/python -m monitoring.dashboard

docs: setup ## write the reference from the code and build the site: site/index.html
	$(BIN)/python -m tools.docs_reference
	NO_MKDOCS_2_WARNING=1 $(BIN)/uv run --quiet --no-project --with-requirements requirements/docs.txt mkdocs build --strict --quiet

wheel: setup ## build the wheel with the sprites in it: dist/skg_factory-VERSION-py3-none-any.whl
	$(BIN)/python -m tools.build_wheel --out dist

lock: setup ## resolve the dependencies anew
	$(LOCK) $(WITHOUT_GPU) --extra gpu --extra nsfw --extra otel --override requirements/gpu-overrides.txt -o requirements/gpu.txt
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/solid.in -o requirements/solid.txt
	$(LOCK) $(WITHOUT_GPU) --group dev -o requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt $(IN_IMAGES) -o requirements/image.txt
	$(LOCK) --constraint requirements/gpu.txt $(IN_IMAGES) --extra gpu --override requirements/gpu-overrides.txt -o requirements/image-gpu.txt
	$(LOCK:pyproject.toml=requirements/docs.in) -o requirements/docs.txt
	$(LOCK:pyproject.toml=requirements/build.in) --constraint requirements/dev.txt -o requirements/build.txt
