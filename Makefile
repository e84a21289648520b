# LUX Marketing: the ways in. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run dev build test chaos eval large-files first-start bench sqlx fmt clean test-fmt test-clippy test-clippy-wasm test-sqlx test-tests test-unit test-wasm-deps test-build test-e2e

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build and start LUX on http://127.0.0.1:3000 with its own database, the sandbox and a demo company
	@exec scripts/run.sh run

dev: ## the same, rebuilt and restarted at every change of a file
	@exec scripts/run.sh dev

build: ## release build: target/release/lux with its site in target/site
	@scripts/setup.sh build
	@scripts/build.sh release

test: ## every check; the parts below run one alone
	@exec scripts/test.sh

chaos: ## prove delivery at length: nodes killed, stopped and cut off, platforms that lose answers (10 minutes)
	@exec scripts/chaos.sh

eval: ## play agents, chat and campaigns against scripted answers and injections, and print what came of it (LUX_EVAL_OPENAI_KEY: a real model)
	@exec scripts/eval.sh

large-files: ## a file of 1 GiB in and out of the real program, killed on the way, its memory watched (some minutes)
	@exec scripts/large-files.sh

first-start: ## how long make run takes from a new clone and an empty home (a quarter of an hour, the whole machine)
	@exec scripts/first-start.sh

bench: ## measure the release build: start-up, answer times, what a first visit transfers
	@exec scripts/bench.sh

sqlx: ## renew .sqlx after a change of a query or a migration
	@scripts/setup.sh rust postgres
	@exec scripts/sqlx.sh write

fmt: ## format the Rust code
	@cargo fmt && rustfmt --edition 2024 src/domain/platforms/*.rs

clean: ## remove what builds and tests made (the data folder and the shared tools stay)
	@cargo clean
	@rm -rf target end2end/node_modules end2end/test-results end2end/playwright-report end2end/screenshots

test-fmt: ## only: formatting
	@exec scripts/test.sh fmt

test-tests: ## only: the lints for the server while the tests compile, and .sqlx fits code and migrations
	@exec scripts/test.sh tests

test-clippy: ## only: clippy for the server
	@exec scripts/test.sh clippy

test-clippy-wasm: ## only: clippy for the browser
	@exec scripts/test.sh clippy-wasm

test-unit: ## only: unit and integration tests, on a PostgreSQL of their own
	@exec scripts/test.sh unit

test-sqlx: ## only: .sqlx fits the code and the migrations
	@exec scripts/test.sh sqlx

test-wasm-deps: ## only: no crate of the server in the browser's wasm
	@exec scripts/test.sh wasm-deps

test-build: ## only: the development build, with the lints for the browser
	@exec scripts/test.sh build

test-e2e: ## only: the browser tests
	@exec scripts/test.sh e2e
