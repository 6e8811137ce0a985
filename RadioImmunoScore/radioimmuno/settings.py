"""How features are measured: grid, intensities, levels, ring. The settings are part of a signature.

Definitions follow the IBSI 1 reference manual; `PRESETS` holds our default and the configurations that
IBSI gives consensus values for.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .findings import SettingsError
from .numbers import is_number, is_whole_number
from .preparation import MrSettings
from .setting_fields import fields_of, invalid
from .thresholds import MAX_LEVELS, SPACING_LIMITS_MM

if TYPE_CHECKING:
    from .filters.response_settings import ResponseSettings

INTERPOLATIONS = ("linear", "cubic")

# What the images of a study can be called: what follows the kind tells several of a kind apart (`mr_t1`).
MAIN_ROLE = "ct"
IMAGE_KINDS = (MAIN_ROLE, "pet", "mr")
# How SUV are made of a PET (`pet.masses`): by body weight, lean body mass, body surface, ideal weight.
SUV_KINDS = ("bw", "lbm", "bsa", "ideal", "james", "morgan")
IMAGE_ROLE = re.compile(r"(?P<kind>[a-z]+)(_[a-z0-9]+)*")


@dataclass(frozen=True)
class ExtractionSettings:
    """Preprocessing of one region.

    What is in HU on a CT (`..._hu`) is in the unit of the image on another one.

    Parameters
    ----------
    spacing_mm : float or None
        Spacing of the resampled isotropic grid; None keeps the CT's own voxels.
    interpolation : str
        Of intensities, "linear" or "cubic" (spline); masks are always linear.
    round_intensities : bool
        Round to integer HU after interpolation.
    range_hu : tuple of 2 floats or None
        (lowest, highest) intensity kept by resegmentation, ends included; infinite where it is open at an
        end (null in JSON); None keeps all.
    outlier_sigma : float or None
        Also drop intensities beyond mean +- this many SD; None keeps them.
    bin_width_hu : float or None
        Fixed bin size in HU, anchored at the lower end of `range_hu` (at the region's minimum where
        there is none); with neither this nor `bin_count`, whole-number intensities are the levels.
    bin_count : int or None
        Fixed number of bins over the region's own range.
    ivh_bin_width_hu, ivh_bin_count : float or None
        The same for the intensity-volume histogram alone; with neither, it is made of the intensities as
        they are.
    """

    spacing_mm: float | None = 1.0
    interpolation: str = "linear"
    round_intensities: bool = True
    range_hu: tuple[float, float] | None = (-1000.0, 3000.0)
    outlier_sigma: float | None = None
    bin_width_hu: float | None = 10.0
    bin_count: int | None = None
    ivh_bin_width_hu: float | None = None
    ivh_bin_count: int | None = None

    def __post_init__(self) -> None:
        for name in ("spacing_mm", "outlier_sigma", "bin_width_hu", "ivh_bin_width_hu"):
            _positive(name, getattr(self, name))
        _spacing(self.spacing_mm)
        if self.interpolation not in INTERPOLATIONS:
            raise invalid("interpolation", f"is {self.interpolation!r}; it must be linear or cubic")
        if not isinstance(self.round_intensities, bool):
            raise invalid("round_intensities", "must be true or false")
        object.__setattr__(self, "range_hu", _range("range_hu", self.range_hu))
        _bins("", self.bin_count, self.bin_width_hu)
        _bins("ivh_", self.ivh_bin_count, self.ivh_bin_width_hu)

    @property
    def takes_levels(self) -> bool:
        """Whether the values of the image are levels already, and not Hounsfield units."""
        return self.bin_width_hu is None and self.bin_count is None


@dataclass(frozen=True)
class RingSettings:
    """The peritumoral ring: all points this near the lesion's surface.

    Parameters
    ----------
    inner_mm, outer_mm : float
        How far it reaches into and out of the lesion.
    range_hu : tuple of 2 floats or None
        Only voxels with intensities in this range; None takes all.
    """

    inner_mm: float = 2.0
    outer_mm: float = 2.0
    range_hu: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name in ("inner_mm", "outer_mm"):
            if not is_number(getattr(self, name), 0, 50):
                raise invalid(f"ring.{name}", "must be a number from 0 to 50 (mm)")
        if self.inner_mm + self.outer_mm <= 0:
            raise invalid("ring.outer_mm", "and ring.inner_mm cannot both be 0")
        object.__setattr__(self, "range_hu", _range("ring.range_hu", self.range_hu))


@dataclass(frozen=True)
class Settings:
    """All that decides a feature's value besides images and mask.

    Parameters
    ----------
    extraction : ExtractionSettings
    ring : RingSettings
    mr : MrSettings or None
        How an MR is prepared before it is measured; None leaves it as it is. Of other images nothing is.
    images : mapping of str to Settings
        By role, how lesions are measured on images beside the one that these settings are for (`pet`,
        `mr_t1`); one that is not named is measured by its modality's own. None of them has images.
    suv : str
        Of `SUV_KINDS`: which SUV a PET is measured in. Of other images it says nothing.
    filters : mapping of str to ResponseSettings
        Filtered images by name. A variable may name others whose name defines them (`response`).
    """

    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)
    ring: RingSettings = field(default_factory=RingSettings)
    mr: MrSettings | None = None
    images: Mapping[str, Settings] = field(default_factory=dict)
    suv: str = SUV_KINDS[0]
    filters: Mapping[str, ResponseSettings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.suv not in SUV_KINDS:
            raise invalid("suv", f"is {self.suv!r}; it must be one of {', '.join(SUV_KINDS)}")

    def __hash__(self) -> int:
        named = tuple(sorted(self.images)), tuple(sorted(self.filters))
        return hash((self.extraction, self.ring, named, self.suv))

    def response(self, name: str) -> ResponseSettings:
        """The filtered image that a variable names.

        Parameters
        ----------
        name : str

        Raises
        ------
        SettingsError
            `filter.unknown` where these settings have none of this name and the name defines none.
        """
        # Not with this module, which commands load to print their help: filters want numpy.
        from .filters.response_settings import response_named

        return response_named(name, self.filters)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without what is not there (`mr`, `images`, `filters`), and SUV by weight."""
        parts: dict[str, Any] = {
            part: {
                key: _ends_record(value) if isinstance(value, tuple) else value
                for key, value in dataclasses.asdict(getattr(self, part)).items()
            }
            for part in ("extraction", "ring")
        }
        if self.mr is not None:
            parts["mr"] = self.mr.to_dict()
        if self.suv != SUV_KINDS[0]:
            parts["suv"] = self.suv
        if self.filters:
            parts["filters"] = {name: one.to_dict() for name, one in self.filters.items()}
        images = {
            role: {**settings.to_dict(), **({} if settings.mr or not _is_mr(role) else {"mr": None})}
            for role, settings in self.images.items()
        }
        return parts | ({"images": images} if images else {})

    @classmethod
    def from_dict(cls, data: Any) -> Settings:
        """Settings from plain values; what is left out has its default.

        What is left out of an image's extraction and preparation is that of its kind (`PRESETS`); a ring that
        is left out is as wide as that of these settings, without a range.

        Parameters
        ----------
        data : mapping of str to mapping
            As `to_dict` gives it, or a part of that.

        Raises
        ------
        SettingsError
            For an unknown field or a value that cannot be; the text names the field.

        Examples
        --------
        >>> Settings.from_dict({"ring": {"outer_mm": 3}}).ring
        RingSettings(inner_mm=2.0, outer_mm=3, range_hu=None)
        >>> Settings.from_dict({"images": {"pet": {"extraction": {"spacing_mm": 4}}}}).images["pet"].ring
        RingSettings(inner_mm=2.0, outer_mm=2.0, range_hu=None)
        """
        parts = fields_of(cls, data, "settings")
        extraction = fields_of(ExtractionSettings, parts.get("extraction", {}), "extraction")
        ring = RingSettings(**fields_of(RingSettings, parts.get("ring", {}), "ring"))
        images = parts.get("images", {})
        if not isinstance(images, Mapping):
            raise invalid("images", "must be a JSON object")
        width = {"inner_mm": ring.inner_mm, "outer_mm": ring.outer_mm}
        return cls(
            ExtractionSettings(**extraction),
            ring,
            None if parts.get("mr") is None else MrSettings.from_dict(parts["mr"]),
            {role: _image_settings(role, own, width) for role, own in images.items()},
            parts.get("suv", SUV_KINDS[0]),
            _filters_of(parts["filters"]) if "filters" in parts else {},
        )


def _is_mr(role: str) -> bool:
    """Whether an image is prepared where nothing is said of it."""
    kind = IMAGE_ROLE.fullmatch(role)
    return kind is not None and PRESETS.get(kind["kind"], Settings()).mr is not None


def _filters_of(data: Any) -> dict[str, ResponseSettings]:
    from .filters.response_settings import responses_of

    return responses_of(data)


def _image_settings(role: str, data: Any, ring: Mapping[str, float]) -> Settings:
    """The settings of an image beside the main one."""
    where = f"images.{role}"
    kind = IMAGE_ROLE.fullmatch(role)
    if kind is None or kind["kind"] not in IMAGE_KINDS or role == MAIN_ROLE:
        kinds = ", ".join(IMAGE_KINDS)
        raise invalid(where, f"is no image: it has to begin with one of {kinds}, as pet or mr_t1")
    parts = {"ring": ring, **fields_of(Settings, data, where)}
    if parts.pop("images", {}):
        raise invalid(f"{where}.images", "cannot be: only the main settings have images")
    own = fields_of(ExtractionSettings, parts.get("extraction", {}), f"{where}.extraction")
    usual = PRESETS.get(kind["kind"], Settings())
    parts["extraction"] = dataclasses.asdict(usual.extraction) | own
    if usual.mr is not None:
        parts.setdefault("mr", usual.mr.to_dict())
    try:
        return Settings.from_dict(parts)
    except SettingsError as problem:
        raise SettingsError(problem.code, f"{where}: {problem}") from None


def _range(name: str, value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    ends = tuple(value) if isinstance(value, (list, tuple)) else ()
    open_ends = [end is None or end == place for end, place in zip(ends, (-math.inf, math.inf), strict=False)]
    valid = len(ends) == 2 and all(
        is_open or is_number(end) for end, is_open in zip(ends, open_ends, strict=True)
    )
    if not valid or all(open_ends):
        raise invalid(name, "must be two numbers, the lower first (one may be null: open there), or null")
    low = -math.inf if open_ends[0] else float(ends[0])
    high = math.inf if open_ends[1] else float(ends[1])
    if not low < high:
        raise invalid(name, "must be two numbers, the lower first, or null")
    return low, high


def _ends_record(ends: tuple[float, float]) -> list[float | None]:
    """A range for JSON, which has no infinite numbers."""
    return [end if math.isfinite(end) else None for end in ends]


def _bins(prefix: str, count: Any, width: Any) -> None:
    if count is not None and not is_whole_number(count, 2, MAX_LEVELS):
        raise invalid(f"{prefix}bin_count", f"must be a whole number from 2 to {MAX_LEVELS}, or null")
    if count is not None and width is not None:
        raise invalid(f"{prefix}bin_count", f"and {prefix}bin_width_hu exclude each other; set one to null")


def _positive(name: str, value: Any) -> None:
    if value is not None and (not is_number(value) or value <= 0):
        raise invalid(name, "must be a number above 0, or null")


def _spacing(value: float | None) -> None:
    lowest, highest = SPACING_LIMITS_MM
    if value is not None and not is_number(value, lowest, highest):
        raise invalid("spacing_mm", f"must be from {lowest:g} to {highest:g} (mm), or null")


PRESETS: dict[str, Settings] = {
    "default": Settings(),
    "ibsi-digital": Settings(ExtractionSettings(spacing_mm=None, range_hu=None, bin_width_hu=None)),
    "ibsi-c": Settings(
        ExtractionSettings(spacing_mm=2.0, range_hu=(-1000.0, 400.0), bin_width_hu=25.0, ivh_bin_width_hu=2.5)
    ),
    "ibsi-d": Settings(
        ExtractionSettings(spacing_mm=2.0, range_hu=None, outlier_sigma=3.0, bin_width_hu=None, bin_count=32)
    ),
    "ibsi-e": Settings(
        ExtractionSettings(
            spacing_mm=2.0,
            interpolation="cubic",
            range_hu=(-1000.0, 400.0),
            outlier_sigma=3.0,
            bin_width_hu=None,
            bin_count=32,
            ivh_bin_count=1000,
        )
    ),
    # As in the IBSI's validation on 51 patients with soft-tissue sarcoma (Zwanenburg et al., Radiology 2020).
    # Continuous intensities are binned for the intensity-volume histogram (IBSI 1), here as MIRP does by
    # default: 0.1 SUV, and 1000 bins where units are arbitrary.
    "ibsi-validation-ct": Settings(
        ExtractionSettings(interpolation="cubic", range_hu=(-200.0, 200.0), bin_width_hu=10.0)
    ),
    "ibsi-validation-pet": Settings(
        ExtractionSettings(
            spacing_mm=3.0,
            interpolation="cubic",
            round_intensities=False,
            range_hu=(0.0, math.inf),
            bin_width_hu=0.25,
            ivh_bin_width_hu=0.1,
        )
    ),
    "ibsi-validation-mr": Settings(
        ExtractionSettings(
            interpolation="cubic",
            round_intensities=False,
            range_hu=(0.0, math.inf),
            bin_width_hu=10.0,
            ivh_bin_count=1000,
        )
    ),
}
# What these images are measured with where nothing else is asked for.
PRESETS["pet"] = PRESETS["ibsi-validation-pet"]
# The validation's MR were corrected and normalized already.
PRESETS["mr"] = dataclasses.replace(PRESETS["ibsi-validation-mr"], mr=MrSettings())
