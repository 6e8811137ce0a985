"""Filters by name: those of the tests of IBSI 2, and names that hold a filter's parameters.

`log_sigma_3mm` (or `log_sigma_1_5mm`), `wavelet_coif1_lhl`, `wavelet_coif1` (all its bands) and
`simoncelli` act in three dimensions, with mirrored borders; `..._level_2` is the second level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from itertools import product
from types import MappingProxyType

from ..findings import SettingsError
from .boundary import MIRROR, NEAREST, PERIODIC, ZERO, Boundary
from .filter import Filter
from .gabor import Gabor
from .laplacian_of_gaussian import LaplacianOfGaussian
from .laws import Laws
from .mean import Mean
from .riesz import riesz
from .simoncelli import Simoncelli
from .wavelet import HIGH, LOW, Wavelet
from .wavelet_coefficients import SCALING_FILTERS


def _phase_1() -> dict[str, Filter]:
    """The tests on digital phantoms whose response maps reached consensus, under the names of their files."""
    boundaries = {"1": ZERO, "2": NEAREST, "3": PERIODIC, "4": MIRROR}
    tests: dict[str, Filter] = {
        **{f"1_a_{n}": Mean(support=15, boundary=boundary) for n, boundary in boundaries.items()},
        "1_b_1": Mean(support=15, dimensions=2, boundary=ZERO),
        "2_a": LaplacianOfGaussian(sigma_mm=3.0, boundary=ZERO),
        "2_b": LaplacianOfGaussian(sigma_mm=5.0),
        "2_c": LaplacianOfGaussian(sigma_mm=5.0, dimensions=2),
        "4_a_1": Gabor(
            sigma_mm=10.0, wavelength_mm=4.0, gamma=0.5, theta_deg=60.0, dimensions=2, boundary=ZERO
        ),
        "4_a_2": Gabor(sigma_mm=10.0, wavelength_mm=4.0, gamma=0.5, step_deg=45.0, boundary=ZERO),
        "4_b_1": Gabor(sigma_mm=20.0, wavelength_mm=8.0, gamma=2.5, theta_deg=225.0, dimensions=2),
        "4_b_2": Gabor(sigma_mm=20.0, wavelength_mm=8.0, gamma=2.5, step_deg=22.5),
        "5_a_1": Wavelet(family="db2", bands="lhl", boundary=ZERO),
        "5_a_2": Wavelet(family="db2", bands="lhl", boundary=ZERO, pooling="mean"),
        "6_a_1": Wavelet(family="coif1", bands="hhl", boundary=PERIODIC),
        "6_a_2": Wavelet(family="coif1", bands="hhl", boundary=PERIODIC, pooling="mean"),
        "7_a_1": Wavelet(family="haar", bands="lll", level=2, pooling="mean"),
        "7_a_2": Wavelet(family="haar", bands="hhh", level=2, pooling="mean"),
        **{f"8_a_{level}": Simoncelli(level=level, boundary=PERIODIC) for level in (1, 2, 3)},
        "9_a": riesz(LaplacianOfGaussian(sigma_mm=3.0, boundary=ZERO), (1, 0, 0)),
        "9_b_1": riesz(LaplacianOfGaussian(sigma_mm=3.0, boundary=ZERO), (0, 2, 0)),
        "10_b_1": riesz(Simoncelli(level=1), (0, 2, 0)),
    }
    laws: tuple[tuple[str, tuple[str, ...], Boundary], ...] = (
        ("3_a", ("E5", "L5", "S5"), ZERO),
        ("3_b", ("E3", "W5", "R5"), MIRROR),
        ("3_c", ("L5", "S5"), MIRROR),
    )
    for test, kernels, boundary in laws:
        plain = Laws(kernels=kernels, dimensions=len(kernels), boundary=boundary)
        pooled = replace(plain, pooling="max")
        tests |= {f"{test}_1": plain, f"{test}_2": pooled, f"{test}_3": replace(pooled, energy_distance=7)}
    return {f"ibsi2-{name}": one for name, one in tests.items()}


def _phase_2() -> dict[str, Filter]:
    """The tests on the CT phantom: A in slices, B in space; 1.A and 1.B measure the image itself."""
    found: dict[str, Filter] = {}
    for letter, dimensions in (("a", 2), ("b", 3)):
        bands = {6: "lh", 7: "hh"} if dimensions == 2 else {6: "llh", 7: "hhh"}
        kernels = ("L5", "E5") if dimensions == 2 else ("L5", "E5", "E5")
        tests: dict[int, Filter] = {
            2: Mean(support=5, dimensions=dimensions),
            3: LaplacianOfGaussian(sigma_mm=1.5, dimensions=dimensions),
            4: Laws(kernels=kernels, dimensions=dimensions, pooling="max", energy_distance=7),
            5: Gabor(sigma_mm=5.0, wavelength_mm=2.0, gamma=1.5, step_deg=22.5, dimensions=dimensions),
            6: Wavelet(family="db3", bands=bands[6], dimensions=dimensions, pooling="mean"),
            7: Wavelet(family="db3", bands=bands[7], level=2, dimensions=dimensions, pooling="mean"),
            # The values are those of the whole image's own Fourier transform.
            8: Simoncelli(level=1, dimensions=dimensions, boundary=PERIODIC),
            9: Simoncelli(level=2, dimensions=dimensions, boundary=PERIODIC),
        }
        found |= {f"ibsi2-ct-{number}_{letter}": one for number, one in tests.items()}
    return found


PRESETS: Mapping[str, Filter] = MappingProxyType({**_phase_1(), **_phase_2()})

# How many names are suggested, and how alike they are: the share of characters that two have in common.
SUGGESTIONS = 3
LIKENESS = 0.7

# The number that follows a Laplacian of Gaussian, however it is written: log3mm, log_sigma_3_0_mm_3d.
_SCALE = re.compile(r"log[a-z_]*(?P<whole>[0-9]{1,6})(?:[._](?P<part>[0-9]{1,6}))?")

_LEVEL = r"(?:_level_(?P<level>[0-9]{1,2}))?"
_NUMBER = "[0-9]{1,6}(?:_[0-9]{1,6})?"


def _log(sigma: str) -> dict[str, Filter]:
    return {f"log_sigma_{sigma}mm": LaplacianOfGaussian(sigma_mm=float(sigma.replace("_", ".")))}


def _wavelet(family: str, bands: str | None, level: str | None) -> dict[str, Filter]:
    wanted = [bands] if bands else ["".join(letters) for letters in product(LOW + HIGH, repeat=3)]
    suffix = f"_level_{level}" if level else ""
    return {
        f"wavelet_{family}_{one}{suffix}": Wavelet(family=family, bands=one, level=int(level or 1))
        for one in wanted
    }


def _simoncelli(level: str | None) -> dict[str, Filter]:
    return {f"simoncelli_level_{level or 1}": Simoncelli(level=int(level or 1))}


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., dict[str, Filter]]], ...] = (
    (re.compile(rf"log_sigma_(?P<sigma>{_NUMBER})mm"), _log),
    (
        re.compile(rf"wavelet_(?P<family>{'|'.join(SCALING_FILTERS)})(?:_(?P<bands>[lh]{{3}}))?{_LEVEL}"),
        _wavelet,
    ),
    (re.compile(rf"simoncelli{_LEVEL}"), _simoncelli),
)


def named(name: str) -> dict[str, Filter]:
    """The filters that a name means, each under its own name: one, or all bands of a wavelet.

    Parameters
    ----------
    name : str
        A key of `PRESETS`, or a name that holds the parameters (see above).

    Raises
    ------
    SettingsError
        `filter.unknown`, or `settings.invalid` where a parameter cannot be.

    Examples
    --------
    >>> named("log_sigma_1_5mm")["log_sigma_1_5mm"].sigma_mm
    1.5
    >>> list(named("wavelet_haar"))[:3]
    ['wavelet_haar_lll', 'wavelet_haar_llh', 'wavelet_haar_lhl']
    """
    if name in PRESETS:
        return {name: PRESETS[name]}
    for form, make in _FORMS:
        if found := form.fullmatch(name):
            return make(**found.groupdict())
    like = ", ".join(nearest(name))
    hint = f" Like it: {like}." if like else ""
    raise SettingsError(
        "filter.unknown",
        f"There is no filter {name!r}.{hint} Names are "
        f"log_sigma_3mm, wavelet_coif1 or wavelet_coif1_lhl (families: {', '.join(SCALING_FILTERS)}; with "
        "_level_2), simoncelli_level_1, and ibsi2-1_a_1 and the other tests of IBSI 2.",
    )


def nearest(name: str) -> tuple[str, ...]:
    """Names of filters that are like a text: written otherwise, as by another program, or misspelled.

    Parameters
    ----------
    name : str

    Returns
    -------
    tuple of str
        The most alike first; empty where none is.

    Examples
    --------
    >>> nearest("Log_Sigma_3mm"), nearest("log-sigma-2-5-mm-3D")
    (('log_sigma_3mm',), ('log_sigma_2_5mm',))
    >>> nearest("wavelet-LHL")[0]
    'wavelet_coif1_lhl'
    """
    plain = name.strip().lower().replace("-", "_")
    if _is_name(plain):
        return (plain,)
    if (sigma := _SCALE.match(plain)) and float(f"{sigma['whole']}.{sigma['part'] or 0}") > 0:
        part = (sigma["part"] or "").rstrip("0")
        return (f"log_sigma_{int(sigma['whole'])}{f'_{part}' if part else ''}mm",)
    longer = [one for one in _names() if plain and one.startswith(f"{plain}_")]
    return tuple(longer[:SUGGESTIONS] or get_close_matches(plain, _names(), n=SUGGESTIONS, cutoff=LIKENESS))


def _is_name(text: str) -> bool:
    return text in PRESETS or any(form.fullmatch(text) for form, _ in _FORMS)


@cache
def _names() -> tuple[str, ...]:
    """Names that a misspelled one is compared with."""
    families = [f"wavelet_{family}" for family in SCALING_FILTERS]
    return tuple(dict.fromkeys([*listed(), *families]))


def common() -> tuple[tuple[str, ...], ...]:
    """Names of filters for a choice that is to be short, kind by kind.

    Laplacians of Gaussian, all bands of a wavelet, Simoncelli's wavelet; mean, Laws' energy and Gabor as IBSI
    2 has them on its CT.

    Examples
    --------
    >>> [len(group) for group in common()]
    [5, 8, 3, 3]
    """
    return (
        tuple(f"log_sigma_{sigma}mm" for sigma in range(1, 6)),
        tuple(named("wavelet_coif1")),
        tuple(f"simoncelli_level_{level}" for level in (1, 2, 3)),
        ("ibsi2-ct-2_b", "ibsi2-ct-4_b", "ibsi2-ct-5_b"),
    )


def listed() -> dict[str, Filter]:
    """Filters that show what names there are: scales and families that are in use, and all of `PRESETS`.

    Examples
    --------
    >>> list(listed())[:3]
    ['log_sigma_1mm', 'log_sigma_2mm', 'log_sigma_3mm']
    """
    shown = [*(f"log_sigma_{sigma}mm" for sigma in range(1, 6)), "wavelet_coif1"]
    shown += [f"wavelet_{family}_{LOW * 2}{HIGH}" for family in SCALING_FILTERS if family != "coif1"]
    shown += [*(f"simoncelli_level_{level}" for level in (1, 2, 3)), *PRESETS]
    return {name: one for each in shown for name, one in named(each).items()}
