#!/usr/bin/env bash
# Installs what a fresh machine lacks. `program`: what building and running needs. `tests`: besides that, the real
# programs the tests talk to (PostgreSQL, Chromium with its certificate tool, fonts, a PC/SC service with a virtual
# card reader, a PKCS#11 token and a screen for its PIN). `bench`: what the measurements stand beside. Running it again
# changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-program}

have() { command -v "$1" >/dev/null 2>&1; }
missing=()
need() { # need PACKAGE TEST…
  local package=$1; shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

have cargo || { echo "Rust が見つかりません。rustup で Rust 1.95 以上を入れてください / install Rust 1.95 or newer" >&2; exit 1; }
have node && have npm || { echo "Node.js 20 以上が必要です / Node.js 20 or newer is needed" >&2; exit 1; }

need gcc have gcc
if [ "$what" = tests ]; then
  need chromium have chromium
  need libnss3-tools have pk12util
  need fonts-noto-cjk test -d /usr/share/fonts/opentype/noto
  need postgresql sh -c 'ls /usr/lib/postgresql/*/bin/initdb'
  # The desk's program (crates/card-agent) and its reader.
  need pkg-config have pkg-config
  need libpcsclite-dev pkg-config --exists libpcsclite
  need pcscd test -x /usr/sbin/pcscd
  need vsmartcard-vpcd test -e /usr/lib/pcsc/drivers/serial/libifdvpcd.so
  # The walks with a professional's key in a token.
  need softhsm2 have softhsm2-util
  need opensc have pkcs11-tool
  need openssl have openssl
  need xvfb have Xvfb
  need xdotool have xdotool
fi
if [ "$what" = bench ]; then
  need postgresql sh -c 'ls /usr/lib/postgresql/*/bin/initdb'
  need python3-venv python3 -c 'import ensurepip, venv'
fi
if [ ${#missing[@]} -gt 0 ]; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo"
  echo "installing: ${missing[*]}"
  $sudo apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ "$what" = tests ] && ! have cargo-nextest; then
  cargo install --locked cargo-nextest
fi

# Islands of the pages: from the lockfile, only when it changed.
if [ ! -d frontend/node_modules ] || [ frontend/package-lock.json -nt frontend/node_modules/.package-lock.json ]; then
  npm --prefix frontend ci --no-audit --no-fund --silent
fi
npm --prefix frontend run --silent build

if [ "$what" = tests ]; then
  if [ ! -d e2e/node_modules ] || [ e2e/package-lock.json -nt e2e/node_modules/.package-lock.json ]; then
    npm --prefix e2e ci --no-audit --no-fund --silent
  fi
fi

# A peer of the message reader lives in Python.
if [ "$what" = bench ] && ! target/bench-python/bin/python -c 'import hl7' 2>/dev/null; then
  python3 -m venv target/bench-python
  target/bench-python/bin/pip install --quiet 'hl7==0.4.5'
fi
