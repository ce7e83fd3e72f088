#!/usr/bin/env bash
# Makes the Python environment that runs circuit-tracer, with pinned versions.
# Usage: setup.sh [FOLDER]   (default: Benchmarks/.venv)   PYTHON=python3.12 setup.sh chooses the interpreter.
# Running it again does nothing until requirements.txt changes.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${1:-$here/../.venv}"
requirements="$here/requirements.txt"
stamp="$venv/requirements.sha256"
wanted="$(sha256sum "$requirements" | cut -d ' ' -f 1)"

if [[ -x "$venv/bin/python" && -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]]; then
  echo "$venv is up to date."
  exit 0
fi

if [[ ! -x "$venv/bin/python" ]]; then
  "${PYTHON:-python3}" -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
"$venv/bin/python" -c 'import circuit_tracer, gguf, torch; print("torch", torch.__version__)'
echo "$wanted" > "$stamp"
echo "$venv is ready."
