# Doorbook. `make help` lists what there is.

CARGO := cargo
# End-to-end tests and the local stack run release code without fat LTO; one build serves both.
PROFILE := ci
BUILT := target/$(PROFILE)
LINT := .local/venv-lint
API_TESTER := .local/venv-api
PAGE_TESTER := verifier/test/browser

.DEFAULT_GOAL := help
.PHONY: help install binaries run demo test tamper fuzz check bench build deploy new

help: ## lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

install: ## installs what is missing: PostgreSQL's server, Node and tesseract
	@sh infra/local/install.sh

binaries: install
	@echo "Building the functions (the first time takes some minutes) …"
	@$(CARGO) build --locked --profile $(PROFILE) --workspace --bins

run: binaries ## serves the whole template on http://127.0.0.1:9000 (PORT= moves it) until Ctrl-C
	@$(BUILT)/doorbook-local run --binaries $(BUILT)

demo: binaries ## shows a visit from the door to the verified log, and stops everything
	@$(BUILT)/doorbook-local demo --binaries $(BUILT)

test: install $(API_TESTER)/ready $(PAGE_TESTER)/node_modules/ready ## runs every test against real parts
	@sh infra/local/install.sh --archivers
	@CARGO="$(CARGO)" PROFILE=$(PROFILE) sh tests/run.sh

tamper: install ## flips every byte of a log's bundle under both verifiers; some minutes
	@EVERY_BYTE=1 node --test --test-name-pattern=flipped verifier/test/verify.test.mjs
	@EVERY_BYTE=1 $(CARGO) test --locked --profile $(PROFILE) -p doorbook-verify -- flipped

check: $(LINT)/ready ## formatting, lints, documentation, bans, template: exactly what CI runs before the tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --profile $(PROFILE) --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --profile $(PROFILE) --workspace --no-deps --quiet
	python3 infra/lint/bans.py
	$(LINT)/bin/cfn-lint --append-rules infra/lint/rules -- template.yaml infra/*.yaml
	$(LINT)/bin/python -B -m unittest discover -q -s infra/lint

$(LINT)/ready: infra/lint/requirements.txt
	@sh infra/local/install.sh --python
	@python3 -m venv $(LINT)
	@$(LINT)/bin/pip install --quiet --disable-pip-version-check -r infra/lint/requirements.txt
	@touch $@

$(API_TESTER)/ready: tests/end_to_end/requirements.txt
	@echo "Installing the API tester …"
	@sh infra/local/install.sh --python
	@python3 -m venv $(API_TESTER)
	@$(API_TESTER)/bin/pip install --quiet --disable-pip-version-check -r tests/end_to_end/requirements.txt
	@touch $@

$(PAGE_TESTER)/node_modules/ready: $(PAGE_TESTER)/package-lock.json
	@sh infra/local/install.sh --browser
	@cd $(PAGE_TESTER) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

fuzz: ## damages documents and pictures of barcodes for ten minutes; FUZZ_SECONDS= and FUZZ_SEED= change that
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) $(CARGO) test --locked --profile $(PROFILE) -p shared --features barcodes,objects --lib -- --nocapture documents::tests::fuzz

bench: binaries ## prints speed against the targets, as ratios of one run
	@sh tests/bench/run.sh

build: ## builds what is deployed, under target/lambda; ARCHITECTURE=x86_64 or arm64 for another processor than this one
	@CARGO="$(CARGO)" ARCHITECTURE="$(ARCHITECTURE)" python3 infra/build.py

deploy: build ## deploys with SAM; ENVIRONMENT=staging or production
	sam deploy --config-env $(or $(ENVIRONMENT),staging)

new: ## starts a function: make new NAME=expire-invitations AREA=visits KIND=http|webhook|queue|schedule
	@python3 -B infra/new_function.py "$(NAME)" "$(AREA)" "$(KIND)"
