# The newcomer's commands. Each installs what it needs first (apt packages when run as root, npm from the lockfile).

.PHONY: setup demo test lint check

setup:
	tools/setup.sh program

demo: setup
	cargo run --release -p renkei -- demo

test:
	tools/setup.sh tests
	tools/test.sh

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

check:
	cargo check --workspace --all-targets
