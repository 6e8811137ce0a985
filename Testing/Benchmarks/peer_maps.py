"""Time PyRadiomics' voxel-based extraction on the lesion that the benchmark hands over.

Runs in the environment of `Testing/Oracles`: `peer_maps.py FOLDER` reads `ct.nrrd` and `mask.nrrd` in it
and writes `result.json`.
"""

import json
import sys
import time
from pathlib import Path

import SimpleITK as sitk

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Oracles"))
import pyradiomics_maps


def main() -> int:
    """Extract once, write the seconds and the values."""
    folder = Path(sys.argv[1])
    image, mask = (sitk.ReadImage(str(folder / name)) for name in ("ct.nrrd", "mask.nrrd"))
    inside = sitk.GetArrayFromImage(mask).astype(bool)
    extractor = pyradiomics_maps.extractor()
    start = time.process_time()
    computed = extractor.execute(image, mask, voxelBased=True)
    seconds = time.process_time() - start
    values = {
        name: pyradiomics_maps.whole(computed[f"original_{family}_{feature}"], mask)[inside].tolist()
        for (family, feature), name in pyradiomics_maps.MAPS.items()
    }
    (folder / "result.json").write_text(json.dumps({"seconds": seconds, "values": values}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
