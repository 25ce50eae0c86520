# Two commands to begin with: `make demo` and `make test`. Each sets up what it needs in .venv first.
# The shell is /bin/sh and nothing but Python 3.11 or newer has to be installed beside make.

SHELL = /bin/sh
PYTHON ?= python3
VENV_PYTHON = .venv/bin/python

# Given on make's command line; the environment's PROMPT is often the shell's own.
PROMPT = an astronaut riding a green horse
SEED = 7
OUT = demo.png
SEEDS = 1 2 3
PROFILE = full
PORT =
# MODEL may stand in the environment as well.
# As they were written, dollar signs and all; recipes read them from the environment, so that no
# quote in a prompt reaches the shell's grammar.
override PROMPT := $(value PROMPT)
override SEED := $(value SEED)
override OUT := $(value OUT)
override SEEDS := $(value SEEDS)
override PROFILE := $(value PROFILE)
override PORT := $(value PORT)
override MODEL := $(value MODEL)
export PROMPT SEED OUT SEEDS PROFILE PORT MODEL

.PHONY: help demo run sandbox test chaos pictures lint check

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do \
		printf '  make %-8s %s\n' "$$name" "$$what"; done

demo: .venv/.installed-run ## draw one picture in a local Discord: PROMPT= SEED= OUT=
	@$(VENV_PYTHON) -m bot demo --seed "$$SEED" --out "$$OUT" -- "$$PROMPT"

run: .venv/.installed-run ## run the bot with the settings of .env
	@$(VENV_PYTHON) -m bot run

sandbox: .venv/.installed-run ## use the bot in the browser, in a Discord of your own: MODEL= PORT=
	@exec $(VENV_PYTHON) -m bot sandbox $${PORT:+--port "$$PORT"} $${MODEL:+--model "$$MODEL"}

# A worker for each core and one more, since many tests wait for a process or a browser; and one
# thread for torch in each: the tests compare pixels.
test: .venv/.installed-dev ## run every test
	OMP_NUM_THREADS=1 $(VENV_PYTHON) -m pytest --numprocesses auto --dist worksteal --durations 20

chaos: .venv/.installed-dev ## kill the bot at random for minutes and audit its answers: SEEDS= PROFILE=
	@OMP_NUM_THREADS=1 $(VENV_PYTHON) -m tests.flow.chaos --profile "$$PROFILE" $$SEEDS

pictures: .venv/.installed-dev ## take the pictures of the documents anew, from the sandbox's page
	@OMP_NUM_THREADS=1 $(VENV_PYTHON) -m tests.pictures

lint: .venv/.installed-dev ## check style, format and types
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy

check: ## test, then lint: what is run for every change
	@$(MAKE) test
	@$(MAKE) lint

.venv/.created:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name yours: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is $$($(PYTHON) --version 2>&1), and 3.11 or newer is needed. Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.installed-run: requirements.txt .venv/.created
	@echo "Installing what the bot needs into .venv (once; PyTorch is large)"
	@$(VENV_PYTHON) -m pip install --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed-run
	@echo "Installing what the tests need into .venv (once)"
	@$(VENV_PYTHON) -m pip install --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@
