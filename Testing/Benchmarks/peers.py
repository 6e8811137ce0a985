"""Time other radiomics software on lesions and rings that the benchmark hands over.

Runs in the environment of `Testing/Oracles`, once per route, so that each route's peak memory is its own::

    peers.py pyradiomics-crop --ct ct.nrrd --lesions labels.nrrd --rings rings.nrrd --json out.json

Routes: `pyradiomics-crop` (default feature classes on a crop around the lesion), `pyradiomics-filtered` (the
same with Laplacians of Gaussian and wavelet bands), `pyradiomics-full` (the
whole volume is handed over, the ring made by dilation and erosion of the whole volume: what a scene in Slicer
leads to), `mirp-crop` (the families of the standard set), `mirp-crop-without-morphology`.
"""

import argparse
import json
import logging
import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

CROP_MARGIN_MM = 10.0
RING_MM = 2.0

PYRADIOMICS_SETTINGS: dict[str, Any] = {
    "resampledPixelSpacing": [1.0, 1.0, 1.0],
    "interpolator": "sitkLinear",
    "binWidth": 10,
}

# The filtered images of `filtered.py`.
PYRADIOMICS_FILTERS: dict[str, Any] = {
    "LoG": {"sigma": [2.0, 3.0, 5.0]},
    "Wavelet": {"wavelet": "coif1"},
}

MIRP_SETTINGS: dict[str, Any] = {
    "image_modality": "ct",
    "new_spacing": 1.0,
    "spline_order": 1,
    "roi_spline_order": 1,
    "anti_aliasing": False,
    "resegmentation_intensity_range": [-1000.0, 3000.0],
    "base_discretisation_method": "fixed_bin_size",
    "base_discretisation_bin_width": 10.0,
    "glcm_spatial_method": "3d_average",
    "glrlm_spatial_method": "3d_average",
    "base_feature_families": [
        "morphological",
        "statistics",
        "intensity_histogram",
        "glcm",
        "glrlm",
        "glszm",
        "ngtdm",
    ],
}


@dataclass(frozen=True)
class RegionTime:
    """Time that one region of one lesion took, the making of the region included where the route makes it."""

    lesion: int
    region: str
    volume_cc: float
    seconds: float
    cpu_seconds: float


class Stopwatch:
    """Wall and processor time since it was made."""

    def __init__(self) -> None:
        self._start, self._cpu_start = time.perf_counter(), time.process_time()

    def stop(self, lesion: int, region: str, mask: sitk.Image) -> RegionTime:
        """The time until now, put down to one region."""
        seconds, cpu_seconds = time.perf_counter() - self._start, time.process_time() - self._cpu_start
        return RegionTime(lesion, region, _volume_cc(mask), seconds, cpu_seconds)


@dataclass(frozen=True)
class Scene:
    """The CT and label maps, a lesion and its ring with the same label. Rings may lie on another grid."""

    ct: sitk.Image
    lesions: sitk.Image
    rings: sitk.Image | None
    labels: tuple[int, ...]


def pyradiomics_on_crops(scene: Scene) -> Iterator[RegionTime]:
    """PyRadiomics with its default feature classes on a crop of each region."""
    extractor = _pyradiomics_extractor()
    extractor.execute(*_tiny_region())
    for label, region, ct, mask in _crops(scene):
        stopwatch = Stopwatch()
        extractor.execute(ct, mask)
        yield stopwatch.stop(label, region, mask)


def pyradiomics_after_filters(scene: Scene) -> Iterator[RegionTime]:
    """PyRadiomics on crops, of the image and of the image after filters."""
    extractor = _pyradiomics_extractor()
    extractor.enableImageTypes(Original={}, **PYRADIOMICS_FILTERS)
    extractor.execute(*_tiny_region())
    for label, region, ct, mask in _crops(scene):
        stopwatch = Stopwatch()
        extractor.execute(ct, mask)
        yield stopwatch.stop(label, region, mask)


def pyradiomics_on_full_volume(scene: Scene) -> Iterator[RegionTime]:
    """PyRadiomics with its default feature classes, image and mask and ring on the full grid of the CT."""
    extractor = _pyradiomics_extractor()
    extractor.execute(*_tiny_region())
    for label in scene.labels:
        stopwatch = Stopwatch()
        lesion = sitk.Equal(scene.lesions, label)
        extractor.execute(scene.ct, lesion)
        yield stopwatch.stop(label, "lesion", lesion)
        stopwatch = Stopwatch()
        ring = _ring_by_morphology(lesion)
        extractor.execute(scene.ct, ring)
        yield stopwatch.stop(label, "ring", ring)


def mirp_on_crops(scene: Scene) -> Iterator[RegionTime]:
    """MIRP with the families of the standard set on a crop of each region."""
    return _mirp_on_crops(scene, MIRP_SETTINGS)


def mirp_on_crops_without_morphology(scene: Scene) -> Iterator[RegionTime]:
    """MIRP with the families of the standard set but for morphology, which takes most of its time."""
    families = [family for family in MIRP_SETTINGS["base_feature_families"] if family != "morphological"]
    return _mirp_on_crops(scene, {**MIRP_SETTINGS, "base_feature_families": families})


ROUTES: dict[str, Callable[[Scene], Iterator[RegionTime]]] = {
    "pyradiomics-crop": pyradiomics_on_crops,
    "pyradiomics-filtered": pyradiomics_after_filters,
    "pyradiomics-full": pyradiomics_on_full_volume,
    "mirp-crop": mirp_on_crops,
    "mirp-crop-without-morphology": mirp_on_crops_without_morphology,
}


def main(arguments: list[str] | None = None) -> int:
    """Time one route and write the result as JSON."""
    options = _parse(arguments)
    scene = _read(options)
    after_reading_mb = _peak_rss_mb()
    regions = []
    for region in ROUTES[options.route](scene):
        regions.append(region)
        print(
            f"{options.route}: lesion {region.lesion} {region.region} "
            f"({region.volume_cc:.1f} cc) {region.seconds:.2f} s, processor {region.cpu_seconds:.2f} s",
            flush=True,
        )
    result = {
        "route": options.route,
        "versions": {name: version(name) for name in ("pyradiomics", "mirp", "simpleitk", "numpy", "scipy")},
        "seconds": sum(region.seconds for region in regions),
        "cpu_seconds": sum(region.cpu_seconds for region in regions),
        "regions": [asdict(region) for region in regions],
        "rss_after_reading_mb": after_reading_mb,
        "peak_rss_mb": _peak_rss_mb(),
    }
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time PyRadiomics or MIRP on lesions and their rings.")
    parser.add_argument("route", choices=ROUTES)
    parser.add_argument("--ct", type=Path, required=True, help="CT volume")
    parser.add_argument("--lesions", type=Path, required=True, help="label map on the CT's grid")
    parser.add_argument("--rings", type=Path, help="label map; pyradiomics-full makes its own")
    parser.add_argument("--only", type=int, nargs="+", metavar="LABEL", help="these lesions alone")
    parser.add_argument("--json", type=Path, required=True, help="file to write")
    options = parser.parse_args(arguments)
    if options.rings is None and options.route != "pyradiomics-full":
        parser.error(f"{options.route} needs --rings")
    return options


def _read(options: argparse.Namespace) -> Scene:
    lesions = sitk.ReadImage(options.lesions)
    labels = tuple(options.only or _bounding_boxes(lesions))
    rings = None if options.rings is None else sitk.ReadImage(options.rings)
    return Scene(sitk.ReadImage(options.ct), lesions, rings, labels)


def _bounding_boxes(labels: sitk.Image) -> dict[int, tuple[int, ...]]:
    shapes = sitk.LabelShapeStatisticsImageFilter()
    shapes.ComputePerimeterOff()
    shapes.Execute(labels)
    return {label: shapes.GetBoundingBox(label) for label in shapes.GetLabels()}


def _crops(scene: Scene) -> Iterator[tuple[int, str, sitk.Image, sitk.Image]]:
    boxes = _bounding_boxes(scene.lesions)
    for label in scene.labels:
        start, size = _with_margin(scene.ct, boxes[label])
        ct = sitk.RegionOfInterest(scene.ct, size, start)
        for region, labels in (("lesion", scene.lesions), ("ring", scene.rings)):
            cropped = sitk.Resample(labels, ct, sitk.Transform(), sitk.sitkNearestNeighbor)
            yield label, region, ct, sitk.Equal(cropped, label)


def _with_margin(ct: sitk.Image, box: tuple[int, ...]) -> tuple[list[int], list[int]]:
    start, size = [], []
    for axis, spacing in enumerate(ct.GetSpacing()):
        margin = math.ceil(CROP_MARGIN_MM / spacing)
        first = max(box[axis] - margin, 0)
        last = min(box[axis] + box[3 + axis] + margin, ct.GetSize()[axis])
        start.append(first)
        size.append(last - first)
    return start, size


def _ring_by_morphology(lesion: sitk.Image) -> sitk.Image:
    radius = [max(round(RING_MM / spacing), 1) for spacing in lesion.GetSpacing()]
    return sitk.Subtract(sitk.BinaryDilate(lesion, radius), sitk.BinaryErode(lesion, radius))


def _pyradiomics_extractor() -> Any:
    import radiomics
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    radiomics.logger.setLevel(logging.ERROR)
    return RadiomicsFeatureExtractor(**PYRADIOMICS_SETTINGS)


def _mirp_on_crops(scene: Scene, settings: dict[str, Any]) -> Iterator[RegionTime]:
    from mirp import extract_features

    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        files = {"image": str(Path(folder) / "ct.nrrd"), "mask": str(Path(folder) / "mask.nrrd")}
        _write_region(files, *_tiny_region())
        extract_features(**files, **settings)
        for label, region, ct, mask in _crops(scene):
            _write_region(files, ct, mask)
            stopwatch = Stopwatch()
            extract_features(**files, **settings)
            yield stopwatch.stop(label, region, mask)


def _write_region(files: dict[str, str], ct: sitk.Image, mask: sitk.Image) -> None:
    sitk.WriteImage(ct, files["image"])
    sitk.WriteImage(mask, files["mask"])


def _tiny_region() -> tuple[sitk.Image, sitk.Image]:
    """A region to run once before the clock starts: the first call of either software loads its libraries."""
    intensities = np.arange(12**3, dtype=np.int16).reshape(12, 12, 12) % 97
    mask = np.zeros((12, 12, 12), dtype=np.uint8)
    mask[3:9, 3:9, 3:9] = 1
    return sitk.GetImageFromArray(intensities), sitk.GetImageFromArray(mask)


def _volume_cc(mask: sitk.Image) -> float:
    statistics = sitk.StatisticsImageFilter()
    statistics.Execute(mask)
    return statistics.GetSum() * math.prod(mask.GetSpacing()) / 1000.0


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    return peak * bytes_per_unit / 1e6


if __name__ == "__main__":
    sys.exit(main())
