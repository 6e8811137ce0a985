#!/bin/sh
# Makes .venv-oracles (MIRP and PyRadiomics) in the repository's root, apart from the software under test; or, called
# with `pyradiomics`, .venv-pyradiomics (PyRadiomics alone, and what the software under test needs beside it); with
# `neurocombat`, .venv-neurocombat (neuroCombat alone).
# Nothing is done when the environment already holds what its requirements ask for.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
pins=$here/requirements.txt
case ${1:-oracles} in
    oracles) requirements=$pins imports='import mirp; from radiomics import cMatrices' ;;
    pyradiomics) requirements=$here/requirements-pyradiomics.txt imports='from radiomics import cMatrices' ;;
    neurocombat) pins=$here/requirements-neurocombat.txt requirements=$pins imports='import neuroCombat' ;;
    *) echo "usage: $0 [oracles|pyradiomics|neurocombat]" >&2; exit 2 ;;
esac
environment=$root/.venv-${1:-oracles}
stamp=$environment/requirements-installed.txt

if [ -f "$stamp" ] && cat "$pins" "$requirements" | cmp -s - "$stamp"; then
    echo "oracles: $environment is up to date"
    exit 0
fi

# MIRP asks for Python 3.11 or later and the sources of PyRadiomics 3.0.1 do not build on 3.12: one version is left.
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
"$environment/bin/python" -c "$imports"
cat "$pins" "$requirements" > "$stamp"
echo "oracles: $environment is ready"
