# Everything a person or a CI machine does here; `make` alone lists it.
# Whatever is generated lives in var/; `rm -rf var` starts anew.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV_PYTHON := var/venv/bin/python
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help demo fresh-demo test check unit lint fuzz mutants coverage bench accounting-check shell pot guide screenshots lock restore-drill sbom containers ready-demo ready-test

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ready-demo ## start the whole house with its four counterparties; Ctrl-C stops it
	@$(VENV_PYTHON) -m scripts.demo

fresh-demo: ready-demo ## the same with a new database
	@$(VENV_PYTHON) -m scripts.demo --fresh

test: ready-test ## all checks and tests, as the CI runs them; ONLY=… some of them
	@$(VENV_PYTHON) -m $(if $(ONLY),scripts.only $(ONLY),scripts.run_tests)

check: ready-test ## what takes a minute: lint without pylint, tests that need no server
	@$(VENV_PYTHON) -m scripts.run_tests lint unit house

unit: ready-test ## only the tests that need no server
	@$(VENV_PYTHON) -m scripts.run_tests unit house

lint: ready-test ## only ruff, pylint-odoo and the XML checks
	@$(VENV_PYTHON) -m scripts.lint

fuzz: ready-test ## what tests draw at random, drawn anew for SECONDS=300
	@$(VENV_PYTHON) -m scripts.fuzz $(SECONDS)

mutants: ready-test ## do tests notice small wrong changes? ONLY="psk codes" some of them
	@$(VENV_PYTHON) -m scripts.mutants $(ONLY)

coverage: ready-test ## which branches the tests of the rooms and the addons walk
	@$(VENV_PYTHON) -m scripts.covered

bench: ready-test ## benchmarks, each beside a peer
	@$(VENV_PYTHON) -m tests.bench $(PARTS)

accounting-check: ready-test ## read-only questions of PROFILE= to the publication that MOYAMFO_SYNC_URL names
	@PROFILE="$(PROFILE)" UID_ASKED="$(UID_ASKED)" $(VENV_PYTHON) -m scripts.accounting_check

shell: ready-demo ## Odoo's Python shell on the demonstration's database
	@$(VENV_PYTHON) -m scripts.shell

pot: ready-demo ## write the terms to translate anew, show what is untranslated
	@$(VENV_PYTHON) -m scripts.translations

guide: ready-demo ## write the generated parts of docs/agency-api.md anew
	@$(VENV_PYTHON) -m scripts.agency_guide

screenshots: ready-test ## play the story and write docs/screenshots anew
	@$(VENV_PYTHON) -m tests.screenshots

restore-drill: ready-demo ## restore a backup (FOLDER=…, else one of the demo) elsewhere and compare
	@$(VENV_PYTHON) -m scripts.restore_drill $(FOLDER)

sbom: ready-demo ## write var/sbom.json: what we are made of, as CycloneDX
	@$(VENV_PYTHON) -m scripts.sbom

containers: ready-test ## docker/ built and run by podman and runc, as root (not in the CI)
	@$(VENV_PYTHON) -m scripts.containers

lock: ## write requirements*.txt anew from requirements*.in
	@$(PYTHON) -m scripts.lock

ready-demo:
	@$(PYTHON) -m scripts.bootstrap demo

ready-test:
	@$(PYTHON) -m scripts.bootstrap test
