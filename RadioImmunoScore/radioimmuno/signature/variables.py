"""What a signature weighs: one vocabulary of its variables, their titles, units and where values come from.

A variable's key is `<region>.<family>.<name>` for a feature of a region, `location.<site>` for whether the
lesion sits there (1 or 0), and `acquisition.kvp` for the tube voltage. `delta.` in front of a feature is its
change since an earlier study as a share of the earlier value's size, `delta_abs.` that change in its unit.
The feature of another image than the CT has the image's role in front: `pet.lesion.statistics.maximum`. A
filter stands between region and family: `lesion.log_sigma_3mm.statistics.skewness`.
What an outside model gives is `learned.<name of the model>.<number>`, from 0 on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

from ..extraction.response_keys import filters_by_role
from ..features import catalog
from ..filters.words import title_of
from ..learned.card import split_key
from ..lesion import Site
from ..modality import CT, image_title, modality_of_role, settings_on, split_role
from ..settings import Settings

KVP = "acquisition.kvp"
LOCATION = "location."
CLINICAL = "clinical."
TABLE = "table."
DELTA, DELTA_ABS = CHANGES = ("delta.", "delta_abs.")

# Differences that are usual. Scanners offer voltages in steps of 20 kV: 80, 100, 120, 140.
KVP_STEP = 20.0
OTHER_SITE = 1.0


class Source(Enum):
    """Where the value of a variable comes from."""

    FEATURE = "measured on a region of the lesion"
    LEARNED = "what an outside model gives of the lesion"
    CHANGE = "how a feature changed since an earlier study"
    SITE = "where the lesion sits"
    TUBE_VOLTAGE = "how the CT was made"
    CLINICAL = "what a person gives, of the patient or of the lesion"
    TABLE = "a column of a table, which is not measured here"


@dataclass(frozen=True)
class Variable:
    """A variable that a signature may use.

    Parameters
    ----------
    key : str, as signature files and tables write it
    source : Source
    title : str, what a person reads
    unit : str, as in the catalog of features; "" for a yes or a no
    step : float, the smallest usual difference between two of its values; 0 where none is known
    image : str, role of the image that it is measured on; "" where it is no feature
    region : str, `lesion` or `ring`; "" where it is no feature
    feature : Feature, optional
    site : Site, optional
    changing : str, the key of the feature whose change it is; "" where it is no change
    model : str, name of the model that gives it; "" where it is no learned feature
    filter : str, name of the filter of the image; "" where it is the image itself, or no feature
    """

    key: str
    source: Source
    title: str
    unit: str
    step: float = 0.0
    image: str = ""
    region: str = ""
    feature: catalog.Feature | None = None
    site: Site | None = None
    changing: str = ""
    model: str = ""
    filter: str = ""

    @property
    def words(self) -> str | None:
        """A feature in words that need no handbook: "lesion: long runs of bright voxels"; None without."""
        modality = modality_of_role(self.image)
        if self.feature is None or modality is None or not self.feature.words:
            return None
        unit_of = modality.response_unit_of if self.filter else modality.unit_of
        return f"{self.place}: {unit_of(self.feature.words)}"

    @property
    def place(self) -> str:
        """Where a feature is measured, in words: "lesion", "PET lesion", "lesion (LoG 3 mm)"."""
        of_image = self.region if self.image in ("", CT.role) else f"{image_title(self.image)} {self.region}"
        return f"{of_image} ({title_of(self.filter)})" if self.filter else of_image


@cache
def variable_of(key: str) -> Variable:
    """The variable of a key.

    Parameters
    ----------
    key : str

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        When there is no such variable.

    Examples
    --------
    >>> variable = variable_of("ring.statistics.mean")
    >>> variable.title, variable.unit, variable.region
    ('ring, intensity: mean', 'HU', 'ring')
    >>> variable_of("location.lymph_node").title
    'site: lymph node'
    >>> variable_of("acquisition.kvp").source is Source.TUBE_VOLTAGE
    True
    >>> variable_of("clinical.pdl1").title, variable_of("table.wavelet-LLH_glcm_Contrast").title
    ('pdl1', 'wavelet-LLH_glcm_Contrast')
    >>> variable_of("delta.ring.statistics.mean").title, variable_of("delta_abs.ring.statistics.mean").unit
    ('relative change of ring, intensity: mean', 'HU')
    >>> variable_of("pet.lesion.statistics.maximum").title, variable_of("mr_t1.ring.statistics.mean").unit
    ('PET lesion, intensity: maximum', 'a.u.')
    >>> variable = variable_of("ring.log_sigma_3mm.statistics.mean")
    >>> variable.title, variable.unit, variable.filter
    ('ring (LoG 3 mm), intensity: mean', 'a.u.', 'log_sigma_3mm')
    >>> variable_of("learned.niche.12").title
    'niche, output 12'
    """
    if key == KVP:
        return Variable(key, Source.TUBE_VOLTAGE, "tube voltage", "kV", KVP_STEP)
    if key.startswith(LOCATION):
        site = Site(key.removeprefix(LOCATION))
        return Variable(key, Source.SITE, f"site: {site.label}", "", OTHER_SITE, site=site)
    for start, source in ((CLINICAL, Source.CLINICAL), (TABLE, Source.TABLE)):
        if key.startswith(start):
            return _named(key, start, source)
    for start in CHANGES:
        if key.startswith(start):
            return _change(key, key.removeprefix(start), start == DELTA)
    if output := split_key(key):
        return Variable(key, Source.LEARNED, f"{output[0]}, output {output[1]}", "", model=output[0])
    role, name = split_role(key)
    modality = modality_of_role(role)
    try:
        region, feature = catalog.split(name)
    except KeyError:
        region = ""
    if not region or modality is None:
        raise ValueError(f"{key!r} is not a variable")
    region, filtered = catalog.split_filter(region)
    unit = modality.response_unit_of(feature.unit) if filtered else modality.unit_of(feature.unit)
    found = Variable(key, Source.FEATURE, "", unit, 0.0, role, region, feature, filter=filtered)
    return replace(found, title=f"{found.place}, {feature.title}")


def _named(key: str, start: str, source: Source) -> Variable:
    name = key.removeprefix(start)
    if not name or name != name.strip() or not name.isprintable():
        raise ValueError(f"{key!r} is not a variable")
    return Variable(key, source, name.replace("_", " ") if source is Source.CLINICAL else name, "")


def _change(key: str, changing: str, is_relative: bool) -> Variable:
    of = variable_of(changing)
    if of.source is not Source.FEATURE:
        raise ValueError(f"{key!r} is not a variable: a change is that of a feature")
    if is_relative:
        return Variable(key, Source.CHANGE, f"relative change of {of.title}", "1", changing=changing)
    return Variable(key, Source.CHANGE, f"change of {of.title}", of.unit, changing=changing)


def location_of(site: Site) -> str:
    """The key of a site's variable.

    >>> location_of(Site.LIVER)
    'location.liver'
    """
    return f"{LOCATION}{site.value}"


def settings_of(variables: Sequence[str], settings: Settings) -> Settings:
    """The settings with those of the images and filters that variables are measured on, and of no others.

    Parameters
    ----------
    variables : sequence of str
    settings : Settings
        Of more.

    Returns
    -------
    Settings
        With the definition of each filter, also where its name says it.

    Raises
    ------
    SettingsError
        `filter.unknown` where they have no filter of a name, and the name defines none.

    Examples
    --------
    >>> list(settings_of(["ring.log_sigma_3mm.glcm.contrast"], Settings()).filters)
    ['log_sigma_3mm']
    """
    known = [variable_of(variable_of(name).changing or name) for name in variables]
    features = [variable for variable in known if variable.feature is not None]
    names = filters_by_role([variable.key for variable in features])
    kept = {}
    for role in dict.fromkeys([CT.role, *(variable.image for variable in features)]):
        own = settings_on(settings, role)
        filters = {name: own.response(name) for name in names.get(role, ())}
        kept[role] = replace(own, images={}, filters=filters)
    return replace(kept.pop(CT.role), images=kept)
