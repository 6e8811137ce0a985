"""Features of filtered images: a filter acts on the image on the grid, and its response is measured.

Order as in the IBSI 2 reference manual: interpolation, rounding, filter. The voxels that are measured are
those of the image itself after its resegmentation; the response is discretized by settings of its own. Where
a region was cut changes no response: a filter gets as much of the image around it as it looks at. Directions
that a filter tells apart are the array axes of the canonical image, those next to the patient's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from ..features.catalog import with_filter
from ..features.family import Values
from ..features.region import Region
from ..filters.bank import responses
from ..filters.response_settings import ResponseSettings
from ..findings import Finding, Refusal, Severity
from ..geometry.image import Box, Triple
from ..modality import CT, Modality
from ..settings import ExtractionSettings, Settings
from .preprocessing import discretize
from .regions import Keys, RegionMask, ResampledImage
from .response_keys import box_of_responses, responses_in
from .response_surroundings import check_surroundings

# Responses are rounded to steps of this (ours): what sums in double precision leave of an even image is no
# texture, and is some thousand times smaller.
STEP = 2.0**-30

# IBSI 1: so many bins in the intensity-volume histogram where units are arbitrary.
IVH_BINS = 1000

Engine = Callable[[Region, Collection[str]], Values]


@dataclass(frozen=True, eq=False)
class Response:
    """The response of a filter on a part of the grid.

    Parameters
    ----------
    name : str
        Of the filter.
    values : ndarray of float64, shape (k, j, i)
    box : Box
        Of the grid: where they are.
    spacing : tuple of float, mm
        Of the grid.
    settings : ExtractionSettings
        How it is measured.
    """

    name: str
    values: np.ndarray
    box: Box
    spacing: Triple
    settings: ExtractionSettings

    def region(self, mask: RegionMask) -> Region:
        """What features are computed on, in a mask inside the box.

        Parameters
        ----------
        mask : RegionMask

        Raises
        ------
        Refusal
            Where it would make too many levels.
        """
        inside = self.values[mask.box.slices_in(self.box)]
        levels, count = discretize(inside, mask.intensity_mask, self.settings)
        masks = mask.mask, mask.intensity_mask
        return Region(inside, *masks, levels, count, self.spacing, self.settings, mask.box.start)


def measure_responses(
    image: ResampledImage,
    masks: Mapping[str, RegionMask],
    settings: Settings,
    keys: Keys,
    engine: Engine,
    modality: Modality = CT,
) -> tuple[dict[str, float | None], tuple[Finding, ...]]:
    """Features of filtered images; one response at a time is in memory.

    Parameters
    ----------
    image : ResampledImage
        On at least the lesion's `sampled_box`; how much more changes nothing.
    masks : mapping of str to RegionMask
        By region, of those of which responses are measured.
    settings : Settings
    keys : mapping of str to tuple of str
        Region -> keys; those of the images themselves are not minded.
    engine : callable
        Gives the values of keys on a region.
    modality : Modality, optional
        Of the image, which findings name.

    Returns
    -------
    dict of str to float or None
        Identifier -> value; a filter that cannot be applied here has none.
    tuple of Finding
        A warning for each of these; and what of the others is made up (`check_surroundings`).
    """
    values: dict[str, float | None] = {}
    findings: list[Finding] = []
    measured: dict[str, ResponseSettings] = {}
    wanted = responses_in(keys, settings)
    for group in _with_equal_margins(wanted, image.grid.lattice.spacing):
        try:
            for response in _responses(image, masks, group, settings.extraction):
                found, problems = _measured(response, masks, keys, engine)
                values.update(found)
                findings += problems
                if not problems:
                    measured[response.name] = group[response.name]
        except Refusal as problem:
            findings.append(_not_measured(problem, group))
    return values, (*findings, *check_surroundings(image, masks, measured, modality))


def response_within(
    image: ResampledImage, masks: Mapping[str, RegionMask], name: str, settings: Settings
) -> Response:
    """The response of one filter on a box that holds all masks, as features are measured on it.

    Parameters
    ----------
    image : ResampledImage
        As of `measure_responses`.
    masks : mapping of str to RegionMask
        One at least.
    name : str
        Of the filter.
    settings : Settings

    Raises
    ------
    Refusal
        Where the filter cannot be applied here.
    SettingsError
        `filter.unknown`, `filter.anisotropic`.
    """
    (response,) = _responses(image, masks, {name: settings.response(name)}, settings.extraction)
    return response


def response_extraction(settings: ExtractionSettings, one: ResponseSettings) -> ExtractionSettings:
    """How a response is measured: by levels of its own, without a range and without outliers.

    Parameters
    ----------
    settings : ExtractionSettings
        Of the image.
    one : ResponseSettings
    """
    return replace(
        settings,
        round_intensities=False,
        range_hu=None,
        outlier_sigma=None,
        bin_width_hu=one.bin_width,
        bin_count=one.bin_count,
        ivh_bin_width_hu=None,
        ivh_bin_count=IVH_BINS,
    )


def _with_equal_margins(
    wanted: Mapping[str, ResponseSettings], spacing: Triple
) -> list[dict[str, ResponseSettings]]:
    """Filters that look equally far together: none is given more of the image than it needs."""
    groups: dict[object, dict[str, ResponseSettings]] = {}
    for name, one in wanted.items():
        margin = one.filter.margin(spacing) if one.filter.is_local else None
        groups.setdefault(margin, {})[name] = one
    return list(groups.values())


def _responses(
    image: ResampledImage,
    masks: Mapping[str, RegionMask],
    group: Mapping[str, ResponseSettings],
    settings: ExtractionSettings,
) -> Iterator[Response]:
    """The responses of some filters, on a box that holds all masks."""
    shape, spacing = image.grid.lattice.shape, image.grid.lattice.spacing
    for one in group.values():
        one.filter.require_room(shape, spacing)
    window = reduce(Box.union, (mask.box for mask in masks.values()))
    part = box_of_responses(window, group, image.grid).intersect(image.box)
    inside = part.slices_in(image.box)
    _require_numbers(image, inside)
    filters = {name: one.filter for name, one in group.items()}
    for name, values in responses(filters, image.values[inside], spacing, window.slices_in(part)):
        values = np.rint(values / STEP)
        values *= STEP
        yield Response(name, values, window, spacing, response_extraction(settings, group[name]))


def _measured(
    response: Response, masks: Mapping[str, RegionMask], keys: Keys, engine: Engine
) -> tuple[dict[str, float | None], list[Finding]]:
    found: dict[str, float | None] = {}
    try:
        for base, mask in masks.items():
            name = with_filter(base, response.name)
            if name in keys:
                measured = engine(response.region(mask), keys[name])
                found.update({f"{name}.{key}": value for key, value in measured.items()})
    except Refusal as problem:
        return {}, [_not_measured(problem, [response.name])]
    return found, []


def _require_numbers(image: ResampledImage, inside: Sequence[slice]) -> None:
    lost = image.touched.get("ct.non_finite")
    count = 0 if lost is None else int(np.count_nonzero(lost[tuple(inside)]))
    if count:
        raise Refusal(
            "filter.non_finite",
            f"{count} voxels in or around the lesion are not numbers, and a filter's response has a part of "
            "each. Export the image again, or measure it without filters.",
        )


def _not_measured(problem: Refusal, names: Iterable[str]) -> Finding:
    text = f"After {', '.join(names)} nothing is measured: {problem}"
    return Finding(problem.code, Severity.WARN, text)
