"""The modalities that there are; to add one: its value here, its reader, its checks of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..filters.response_settings import ResponseSettings
from ..findings import Finding, Severity
from ..settings import IMAGE_ROLE, MAIN_ROLE, PRESETS, Settings
from ..thresholds import PADDING_BELOW_HU
from .arbitrary import no_intensities
from .hounsfield import no_hounsfield
from .modality import ARBITRARY, Modality
from .uptake import no_uptake, unusual_uptake

TAKEN_AS_SUV = (
    "The file does not say in which unit its values are: they were taken as SUV by body weight. Make sure "
    "that they are, or take the DICOM series."
)

CT = Modality(
    name="CT",
    role=MAIN_ROLE,
    unit="HU",
    codes=frozenset({"CT"}),
    purpose="signatures are made for CT",
    kind_code="ct.not_ct",
    values_code="ct.hu_implausible",
    problem=no_hounsfield,
    settings=PRESETS["default"],
    window=(-160.0, 240.0),
    empty=-1000.0,
    in_hounsfield=True,
    padding_below=PADDING_BELOW_HU,
)
PET = Modality(
    name="PET",
    role="pet",
    unit="SUV",
    codes=frozenset({"PT"}),
    purpose="uptake is measured on PET",
    kind_code="pet.not_pet",
    values_code="pet.suv_implausible",
    problem=no_uptake,
    settings=PRESETS["pet"],
    window=(0.0, 10.0),
    empty=0.0,
    doubt=unusual_uptake,
    doubt_code="pet.suv_unusual",
    of_files=(Finding("pet.taken_as_suv", Severity.WARN, TAKEN_AS_SUV),),
)
MR = Modality(
    name="MR",
    role="mr",
    unit=ARBITRARY,
    codes=frozenset({"MR"}),
    purpose="an MR is needed",
    kind_code="mr.not_mr",
    values_code="mr.implausible",
    problem=no_intensities,
    settings=PRESETS["mr"],
    window=None,
    empty=0.0,
)
MODALITIES = (CT, PET, MR)


def modality_of_code(code: str) -> Modality | None:
    """The modality that DICOM calls so; None for any other kind of object.

    Parameters
    ----------
    code : str
        DICOM's Modality (0008,0060).

    Examples
    --------
    >>> modality_of_code("PT").name, modality_of_code("US")
    ('PET', None)
    """
    return next((one for one in MODALITIES if code in one.codes), None)


def modality_of_role(role: str) -> Modality | None:
    """The modality of an image of a study; None where this is no role.

    Parameters
    ----------
    role : str
        As `ct`, `pet`, `mr_t1`.

    Examples
    --------
    >>> modality_of_role("mr_t1").name, modality_of_role("lesion")
    ('MR', None)
    """
    found = IMAGE_ROLE.fullmatch(role)
    return next((one for one in MODALITIES if found and one.role == found["kind"]), None)


def image_title(role: str) -> str:
    """What a person reads for an image of a study.

    Parameters
    ----------
    role : str

    Examples
    --------
    >>> image_title("pet"), image_title("mr_t1")
    ('PET', 'MR T1')
    """
    return role.upper().replace("_", " ")


def split_role(name: str) -> tuple[str, str]:
    """The role of the image that a name begins with, and the rest; without one it is the CT's.

    Parameters
    ----------
    name : str
        As `pet.lesion.statistics.mean`, or `lesion`.

    Examples
    --------
    >>> split_role("pet.lesion.statistics.mean"), split_role("ring")
    (('pet', 'lesion.statistics.mean'), ('ct', 'ring'))
    """
    head, dot, rest = name.partition(".")
    if dot and head != MAIN_ROLE and modality_of_role(head) is not None:
        return head, rest
    return MAIN_ROLE, name


def with_role(role: str, name: str) -> str:
    """The name with the role of its image in front; that of the CT is not written.

    Parameters
    ----------
    role, name : str

    Examples
    --------
    >>> with_role("mr_t1", "ring"), with_role("ct", "ring")
    ('mr_t1.ring', 'ring')
    """
    return name if role == MAIN_ROLE else f"{role}.{name}"


def settings_on(settings: Settings, role: str) -> Settings:
    """How lesions are measured on an image.

    Parameters
    ----------
    settings : Settings
    role : str
        Of the image.

    Returns
    -------
    Settings
        Those for this image; its modality's own where there are none.
    """
    if role == MAIN_ROLE:
        return settings
    modality = modality_of_role(role)
    return settings.images.get(role) or (modality.settings if modality else settings)


def with_suv(settings: Settings, roles: Iterable[str], suv: str) -> Settings:
    """The settings, in which the PET among these images are measured in an SUV.

    Parameters
    ----------
    settings : Settings
    roles : iterable of str
    suv : str
        Of `settings.SUV_KINDS`.

    Returns
    -------
    Settings
    """
    pets = [role for role in roles if modality_of_role(role) is PET]
    own = {role: replace(settings_on(settings, role), suv=suv) for role in pets}
    return replace(settings, images={**settings.images, **own})


def with_filters(settings: Settings, filters: Mapping[str, Mapping[str, ResponseSettings]]) -> Settings:
    """The settings, with more filtered images.

    Parameters
    ----------
    settings : Settings
    filters : mapping of str to mapping of str to ResponseSettings
        By role of the image, which is measured as it is without them, and by name.

    Returns
    -------
    Settings
    """
    of_role = {role: settings_on(settings, role) for role, own in filters.items() if own}
    made = {role: replace(one, filters={**one.filters, **filters[role]}) for role, one in of_role.items()}
    main = made.pop(MAIN_ROLE, settings)
    return replace(main, images={**settings.images, **made})


def without_expected(findings: Sequence[Finding], settings: Settings) -> tuple[Finding, ...]:
    """The findings without what is said of values in another unit, where the settings take levels.

    Parameters
    ----------
    findings : sequence of Finding
    settings : Settings

    Returns
    -------
    tuple of Finding
    """
    if not settings.extraction.takes_levels:
        return tuple(findings)
    of_values = {modality.values_code for modality in MODALITIES}
    return tuple(finding for finding in findings if finding.code not in of_values)
