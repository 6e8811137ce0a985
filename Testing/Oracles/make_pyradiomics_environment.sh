#!/bin/sh
# Makes .venv-pyradiomics in the repository's root: PyRadiomics, and what the engine's tests need beside it.
# Nothing is done when the environment already holds what the requirements ask for.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
environment=$root/.venv-pyradiomics
pins=$here/requirements.txt
requirements=$here/requirements-pyradiomics.txt
stamp=$environment/requirements-installed.txt

if cat "$pins" "$requirements" | cmp -s - "$stamp"; then
    echo "oracles: $environment is up to date"
    exit 0
fi

# The sources of PyRadiomics 3.0.1 do not build on Python 3.12 and the pinned versions ask for 3.11.
python=${ORACLES_PYTHON:-python3.11}
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    echo "oracles: Python 3.11 is needed; install it, or name it: ORACLES_PYTHON=/path/to/python3.11 $0" >&2
    exit 1
fi

"$python" -m venv --clear "$environment"

# PyRadiomics' setup script imports numpy and versioneer, so that they come first and its build is not isolated.
grep -E '^(numpy|setuptools|versioneer|wheel)==' "$pins" | xargs "$environment/bin/python" -m pip \
    --disable-pip-version-check install --quiet
"$environment/bin/python" -m pip --disable-pip-version-check install --quiet --no-build-isolation \
    --requirement "$requirements"
"$environment/bin/python" -c 'from radiomics import cMatrices'
cat "$pins" "$requirements" > "$stamp"
echo "oracles: $environment is ready"
