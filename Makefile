# The newcomer's commands. Each installs what it needs first (apt packages when run as root, npm from the lockfile).

.PHONY: setup demo test bench lint check

setup:
	tools/setup.sh program

demo: setup
	cargo run --release -p renkei -- demo

test:
	tools/setup.sh tests
	tools/test.sh

# The numbers of docs/performance: long, and only worth it on a quiet machine. Grown regions stay in target/bench-homes.
bench:
	tools/setup.sh bench
	cargo build --release -p renkei -p renkei-bench
	for what in decode decide views trail import start; do cargo run --release -q -p renkei-bench -- $$what || exit 1; done
	cargo run --release -q -p renkei-bench -- pages --homes target/bench-homes

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

check:
	cargo check --workspace --all-targets
