"""Writes what neuroCombat makes of small tables: `references/neurocombat.json`.

Run it in the environment that `make_environment.sh neurocombat` makes. The tables are part of the file.
"""

import contextlib
import io
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from neuroCombat import neuroCombat

REFERENCE = Path(__file__).resolve().parent / "references" / "neurocombat.json"
VARIABLES = 7


def main() -> int:
    """Write the file."""
    cases = {
        "plain": _case(1, {"a": 14, "b": 11, "c": 17}, 0, None),
        "two batches": _case(2, {"north": 12, "south": 25}, 0, None),
        "covariates": _case(3, {"a": 20, "b": 13, "c": 12}, 2, None),
        "reference": _case(4, {"a": 14, "b": 16, "c": 13}, 0, "b"),
        "reference and covariate": _case(5, {"a": 18, "b": 15}, 1, "a"),
    }
    header = {"tool": "neuroCombat", "version": version("neuroCombat"), "numpy": np.__version__}
    REFERENCE.write_text(json.dumps({"header": header, "values": cases}, allow_nan=False) + "\n")
    return 0


def _case(seed: int, sizes: dict[str, int], covariates: int, reference: str | None) -> dict[str, Any]:
    """A simulated table, rows in no order of batches, and its values after neuroCombat."""
    random = np.random.Generator(np.random.PCG64(seed))
    batch = random.permutation([name for name, size in sizes.items() for _ in range(size)])
    # Covariates are numbers that single precision holds: neuroCombat rounds to it.
    known = np.round(random.normal(size=(len(batch), covariates)) * 16) / 16
    place = np.array([list(sizes).index(name) for name in batch])
    mean, scale = 10 * random.normal(size=VARIABLES), np.exp(random.normal(size=VARIABLES))
    shift = random.normal(size=(len(sizes), VARIABLES))[place]
    spread = np.exp(0.4 * random.normal(size=(len(sizes), VARIABLES)))[place]
    noise = random.normal(size=(len(batch), VARIABLES))
    effect = known @ random.normal(size=(covariates, VARIABLES))
    values = np.round(mean + scale * (effect + shift + spread * noise), 6)
    columns = {f"covariate{n}": known[:, n] for n in range(covariates)}
    with contextlib.redirect_stdout(io.StringIO()):
        found = neuroCombat(
            values.T,
            pd.DataFrame({"batch": batch, **columns}),
            "batch",
            continuous_cols=list(columns),
            ref_batch=reference,
        )
    return {
        "batch": batch.tolist(),
        "covariates": known.tolist(),
        "reference": reference,
        "values": values.tolist(),
        "gamma": np.asarray(found["estimates"]["gamma.star"]).tolist(),
        "delta": np.asarray(found["estimates"]["delta.star"]).tolist(),
        "harmonized": found["data"].T.tolist(),
    }


if __name__ == "__main__":
    sys.exit(main())
