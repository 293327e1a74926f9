# Every target may be run at any time, in a fresh clone too: it installs what it lacks and skips what is there.
# What is needed beforehand: rustup, Node 20, git, and Python 3 for `docs-examples` and `corpus`.

PORT ?= 8080
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: help serve dist test check format clippy native browser end-to-end firefox docs-examples bench bench-wasm \
	corpus sample accuracy bless

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: dist ## Build the page and serve it on http://127.0.0.1:8080 (another port: PORT=9000)
	@node js/serve.mjs dist --port $(PORT)

dist: ## Build the static site into dist/
	@scripts/build-page.sh
	@node js/sizes.mjs dist

test: check browser end-to-end docs-examples ## Run every check and every test

check: format clippy native ## The quick loop, without a browser

format:
	@echo "== format"
	@scripts/setup-rust.sh > /dev/null
	cargo fmt --check

clippy:
	@echo "== Clippy"
	cargo clippy --all-targets --features cli -- -D warnings

# Without features first: the core stands without the browser and without the command line.
native:
	@echo "== native tests"
	cargo test --lib --test tidy
	cargo test --features cli

browser:
	@scripts/test-browser.sh

end-to-end: dist
	@echo "== end-to-end tests against the built page"
	@scripts/setup-browser.sh
	@scripts/setup-firefox.sh
	npm --prefix js test -- --retries=$(or $(RETRIES),0)

docs-examples: dist ## Build the sites of docs/recipes and open them in Chromium
	@echo "== documentation sites with live examples"
	@scripts/setup-browser.sh
	@scripts/build-docs-examples.sh
	npm --prefix js run test:docs

firefox: dist ## Run the end-to-end tests in Firefox alone
	@scripts/setup-firefox.sh
	npm --prefix js test -- --project=firefox

bench: ## Measure a check against the bare parse
	cargo bench --features cli

bench-wasm: ## The same as WebAssembly, in headless Chromium (another file: FILE=path.py)
	@scripts/bench-wasm.sh $(FILE)

corpus: ## Check the pinned packages of the corpus
	@scripts/corpus.sh

sample: ## Draw findings to review (COUNT=40 SEED=1)
	@python3 tests/corpus/corpus.py sample --count $(or $(COUNT),40) --seed $(or $(SEED),1)

accuracy: ## Print the precision from the reviewed findings
	@python3 tests/corpus/corpus.py accuracy

bless: ## Write the expected findings of the violating examples anew
	RUBRIC_BLESS=1 cargo test --test examples violating_examples_have_exactly_the_expected_findings
	@git --no-pager diff --stat -- rules
