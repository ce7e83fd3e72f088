#!/usr/bin/env bash
# Makes the Python environment that runs eai-sparsify, on top of the one that CircuitTracer/setup.sh makes (PyTorch,
# transformers, datasets).
# Usage: setup.sh [FOLDER] [BASE]   (default: Benchmarks/.venv-sparsify, Benchmarks/.venv)
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${1:-$here/../.venv-sparsify}"
base="${2:-$here/../.venv}"
[[ -x "$venv/bin/python" ]] || "$base/bin/python" -m venv "$venv"
site="$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')"
"$base/bin/python" -c 'import site; print(site.getsitepackages()[0])' > "$site/base.pth"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
  eai-sparsify==1.3.3 schedulefree==1.4.1 simple-parsing==0.1.9 natsort==8.4.0 docstring-parser==0.18.0
"$venv/bin/python" -c 'import sparsify, torch; print("torch", torch.__version__)'
