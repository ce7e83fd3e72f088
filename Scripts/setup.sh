# What the launchers share: finding the toolchain, installing system packages, building.

say() { printf '%s\n' "microscope: $*" >&2; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

require_toolchain() {
  if ! command -v swift >/dev/null; then
    say "no Swift toolchain found: install Swift 6.3 or later from https://www.swift.org/install and run this again"
    exit 1
  fi
}

# Debian and Ubuntu: OpenBLAS, SQLite and zlib with their headers, and pip, which fetches the default model.
require_packages() {
  [ "$(uname)" = Linux ] || return 0
  local missing=()
  pkg-config --exists openblas 2>/dev/null || missing+=(libopenblas-dev pkg-config)
  pkg-config --exists sqlite3 2>/dev/null || missing+=(libsqlite3-dev pkg-config)
  pkg-config --exists zlib 2>/dev/null || missing+=(zlib1g-dev pkg-config)
  python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
  [ ${#missing[@]} -gt 0 ] || return 0
  local install="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  else
    say "system packages are missing; run: sudo $install"
    exit 1
  fi
}

# Builds in release; shows what the compiler said only when it fails, or on a terminal.
build() {
  if [ -t 2 ]; then
    swift build -c release --package-path "$root" "$@" >&2
  else
    swift build -c release --package-path "$root" "$@" >"$log" 2>&1 || { grep -E 'error|warning' -A4 "$log" >&2 || cat "$log" >&2; exit 1; }
  fi
}

# The page's checks need Chromium and Playwright for Python; sets browser and browser_python, or browser_missing to the reason.
find_browser() {
  local environment=$root/.build/playwright
  browser_missing=
  browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
  if [ -z "$browser" ]; then
    if [ "$(uname)" != Linux ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
      browser_missing="no Chromium"
      return 0
    fi
    say "installing chromium"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core fonts-wqy-zenhei; } >"$log" 2>&1 ||
      { browser_missing="Chromium could not be installed"; return 0; }
    browser=$(command -v chromium)
  fi
  browser_python=$environment/bin/python
  if ! "$browser_python" -c 'import playwright' 2>/dev/null; then
    python3 -c 'import ensurepip' 2>/dev/null ||
      { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y python3-venv >"$log" 2>&1; } ||
      { browser_missing="no venv for Python"; return 0; }
    { python3 -m venv "$environment" && "$browser_python" -m pip install -q playwright; } >"$log" 2>&1 ||
      browser_missing="Playwright could not be fetched"
  fi
}

# Drives the page in a real browser, where there can be one: check_page HAS_MODEL
check_page() {
  find_browser
  [ -n "$1" ] || browser_missing="no default model"
  if [ -n "$browser_missing" ]; then
    say "page in a browser: skipped: $browser_missing"
    return 0
  fi
  MICROSCOPE_SHARE=$root "$browser_python" Tests/ViewerTests/Browser/run.py "$root/.build/release/microscope" --browser "$browser"
}
