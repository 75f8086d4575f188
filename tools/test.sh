#!/usr/bin/env bash
# All tests: format, lints, Rust tests on both databases, browser walks, traceability.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
cargo clippy --workspace --all-targets --quiet -- -D warnings
npm --prefix frontend run --silent check
cargo check --quiet -p renkei --no-default-features
# What every test's world writes at the finest level is kept and searched for the names and numbers of the fixtures.
logs="$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/test-logs"
rm -rf "$logs"
RENKEI_TEST_LOGS="$logs" cargo nextest run --workspace --profile ci
cargo xtask leaks --planted crates/testkit/src/region.toml "$logs"
rm -rf "$logs"
# The suites of the use cases and of the edges once more, on PostgreSQL.
RENKEI_TEST_ENGINE=postgresql cargo nextest run -p renkei-app -p renkei-intake -p renkei-api -p renkei-web
cargo build --quiet -p renkei
node e2e/run.mjs --results "${CARGO_TARGET_DIR:-target}/walks.json"
node e2e/run.mjs --database postgresql
cargo xtask trace "${CARGO_TARGET_DIR:-target}/nextest/ci/junit.xml" "${CARGO_TARGET_DIR:-target}/walks.json"
