"""Several filters on one image: what separable filters have in common is computed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from .boundary import Boundary
from .filter import Filter, Triple, Window, bounded, usable
from .separable import SeparableFilter, pooled_responses


def responses(
    filters: Mapping[str, Filter], image: np.ndarray, spacing: Triple, window: Window | None = None
) -> Iterator[tuple[str, np.ndarray]]:
    """The responses of filters, each when it is ready: what one takes of memory can be given back before.

    Parameters
    ----------
    filters : mapping of str to Filter
    image : ndarray of float, shape (k, j, i)
    spacing : tuple of float, (k, j, i), mm
    window : tuple of slice, (k, j, i), optional
        The part of the image whose responses are wanted; all of it by default.

    Yields
    ------
    tuple of str and ndarray of float64
        Name and response, shape (k, j, i), not in the order of the filters.

    Raises
    ------
    SettingsError, Refusal
        As of `Filter.response`, before any is computed.

    Examples
    --------
    >>> from .presets import named
    >>> image = np.zeros((8, 8, 8))
    >>> image[4, 4, 4] = 1
    >>> bands = dict(responses(named("wavelet_haar"), image, (1.0, 1.0, 1.0)))
    >>> len(bands), bool(np.isclose(bands["wavelet_haar_lll"].max(), 0.5**1.5))
    (8, True)
    """
    if len(filters) == 1:
        # Nothing is shared, so that nothing is kept while the response is used.
        for name, one in filters.items():
            yield name, one.response(image, spacing, window)
        return
    for one in filters.values():
        one.require_room(image.shape, spacing)
    values = usable(image)
    part = bounded(window, image.shape)
    together: dict[Boundary, dict[str, SeparableFilter]] = {}
    for name, one in filters.items():
        if isinstance(one, SeparableFilter) and one.is_plain:
            together.setdefault(one.boundary, {})[name] = one
        else:
            yield name, one.response(values, spacing, part)
    for boundary, group in together.items():
        names = list(group)
        requests = [one.request(one.voxel_mm(spacing)) for one in group.values()]
        for index, pooled in pooled_responses(values, requests, boundary, part):
            yield names[index], pooled


def common_margin(filters: Mapping[str, Filter], spacing: Triple) -> tuple[int, int, int]:
    """The margin that suffices for each of some filters (see `Filter.margin`).

    Parameters
    ----------
    filters : mapping of str to Filter
    spacing : tuple of float, (k, j, i), mm
    """
    margins = [one.margin(spacing) for one in filters.values()]
    k, j, i = (max((margin[axis] for margin in margins), default=0) for axis in range(3))
    return k, j, i
