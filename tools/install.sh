#!/bin/sh
# Makes .venv with an interpreter that really runs, and installs the lock when it changed.
set -eu
fits='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))'

if ! .venv/bin/python -c "$fits" >/dev/null 2>&1; then
    found=
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.14 python3 python; do
        # A name on PATH may be a shim that fails: only running it tells.
        if "$candidate" -c "$fits" >/dev/null 2>&1; then
            found=$candidate
            break
        fi
    done
    if [ -z "$found" ]; then
        echo "No Python 3.12 or newer with venv was found; set PYTHON=/path/to/python." >&2
        exit 1
    fi
    echo "Making .venv with $("$found" --version)."
    rm -rf .venv
    "$found" -m venv .venv
fi

if ! cmp -s requirements.lock .venv/requirements.lock; then
    echo "Installing what requirements.lock names."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --no-compile -r requirements.lock
    # By all processors; pip would use one of them.
    .venv/bin/python -m compileall -qq -j 0 .venv/lib || true
    cp requirements.lock .venv/requirements.lock
fi
