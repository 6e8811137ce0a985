"""The tables of `radioimmuno features`: of our engine, of PyRadiomics, or of both side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioimmuno.extraction.lesion_features import LesionFeatures
    from radioimmuno.learned.model import LearnedModel
    from radioimmuno.settings import Settings
    from radioimmuno.study import Study

    from .progress import Progress

OWN = "radioimmuno"
EXTRACTING = "measuring features"
EXTRACTING_THEIRS = "measuring with PyRadiomics"
FILTERING = "filtering with PyRadiomics"

COLUMNS = ("lesion_id", "region", "feature", "ibsi_code", "reference_tag", "value", "unit")
NAME_COLUMN = "pyradiomics_name"
# Follows the others where another image than a CT is measured.
IMAGE_COLUMN = "image"
# And where filtered images are measured.
FILTER_COLUMN = "filter"

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Table:
    """What was measured, and the rows to write."""

    measured: Sequence[LesionFeatures]
    columns: Sequence[str]
    rows: Sequence[Row]

    @property
    def names_images(self) -> bool:
        """Whether rows say on which image they were measured."""
        return IMAGE_COLUMN in self.columns


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be measured.

    Parameters
    ----------
    settings : Settings
    wanted : sequence of str
        Identifiers `<region>.<family>.<name>`, with a filter behind the region or without.
    image_types : mapping of str to mapping
        Filtered images of PyRadiomics, with their options.
    models : sequence of LearnedModel
        Whose values are wanted, too.
    """

    settings: Settings
    wanted: Sequence[str]
    image_types: Mapping[str, Mapping[str, Any]]
    models: Sequence[LearnedModel] = ()

    @property
    def filter_column(self) -> tuple[str, ...]:
        """The column that says after which filter a value was measured, where any is."""
        from radioimmuno.extraction.response_keys import filters_by_role

        return (FILTER_COLUMN,) if filters_by_role(self.wanted) else ()

    @property
    def learned(self) -> tuple[str, ...]:
        """What the models give."""
        return tuple(key for model in self.models for key in model.card.keys)


def own_table(study: Study, order: Order, progress: Progress) -> Table:
    """Our features, a row each."""
    from radioimmuno.learned.with_learned import with_learned

    measured = with_learned(
        study, _measure(study, order, order.settings, None, EXTRACTING, progress), order.models
    )
    image_column = () if study.images.keys() == {"ct"} else (IMAGE_COLUMN,)
    columns = (*COLUMNS, *image_column, *order.filter_column)
    rows = [
        row
        for lesion in measured
        for row in (*_rows(lesion, order.wanted), *_learned_rows(lesion, order.models))
    ]
    return Table(measured, columns, [{name: row[name] for name in columns} for row in rows])


def pyradiomics_table(study: Study, order: Order, progress: Progress) -> Table:
    """PyRadiomics' features that the catalog knows, and all of its filtered images' ones."""
    from radioimmuno.engines import PYRADIOMICS
    from radioimmuno.engines.comparison import pyradiomics_name
    from radioimmuno.engines.pyradiomics import extract_filtered
    from radioimmuno.engines.pyradiomics_filters import counterparts
    from radioimmuno.signature.variables import variable_of

    names = {key: pyradiomics_name(variable_of(key), order.settings) for key in order.wanted}
    shared = [key for key in order.wanted if names[key]]
    theirs = counterparts(order.settings).theirs
    measured = _measure(study, order, theirs, PYRADIOMICS, EXTRACTING_THEIRS, progress)
    columns = (*COLUMNS, *order.filter_column, NAME_COLUMN)
    rows = [
        {**row, NAME_COLUMN: names[key] if row[FILTER_COLUMN] else f"original_{names[key]}"}
        for lesion in measured
        for key, row in zip(shared, _rows(lesion, shared), strict=True)
    ]
    if order.image_types:
        progress.stage(FILTERING)
        regions = list(dict.fromkeys(identifier.partition(".")[0] for identifier in order.wanted))
        filtered = extract_filtered(
            study.image,
            study.lesions,
            order.settings,
            order.image_types,
            regions=regions,
            findings=study.findings,
            progress=progress.step,
        )
        rows += [row for lesion in filtered for row in _filtered_rows(lesion)]
    return Table(measured, columns, [{name: row[name] for name in columns} for row in rows])


def comparison_table(study: Study, order: Order, progress: Progress) -> Table:
    """Both engines, a row for each feature that was asked for."""
    from radioimmuno.engines import PYRADIOMICS, comparison
    from radioimmuno.engines.pyradiomics_filters import counterparts

    ours = _measure(study, order, order.settings, OWN, EXTRACTING, progress)
    comparable = counterparts(order.settings).comparable
    theirs = _measure(study, order, comparable, PYRADIOMICS, EXTRACTING_THEIRS, progress)
    compared = comparison.compare(ours, theirs, order.wanted, order.settings)
    columns = [name for name in comparison.COLUMNS if name != FILTER_COLUMN or order.filter_column]
    cells = [dict(zip(comparison.COLUMNS, comparison.cells(row), strict=True)) for row in compared]
    return Table(ours, columns, [{name: row[name] for name in columns} for row in cells])


def _measure(
    study: Study, order: Order, settings: Settings, engine: str | None, stage: str, progress: Progress
) -> Sequence[LesionFeatures]:
    from radioimmuno.engines import engine_named
    from radioimmuno.extraction.extract import by_region, measure_images

    progress.stage(stage)
    return measure_images(
        study, settings, by_region(order.wanted), progress=progress.step, engine=engine_named(engine)
    )


def _rows(lesion: LesionFeatures, wanted: Sequence[str]) -> list[Row]:
    from radioimmuno.signature.variables import variable_of

    rows = []
    for variable in map(variable_of, wanted):
        feature = variable.feature
        assert feature is not None
        which = (lesion.id, variable.region, feature.key, feature.ibsi_code, feature.reference_tag)
        cells = (*which, lesion.values.get(variable.key), variable.unit, variable.image, variable.filter)
        rows.append(dict(zip((*COLUMNS, IMAGE_COLUMN, FILTER_COLUMN), cells, strict=True)))
    return rows


def _learned_rows(lesion: LesionFeatures, models: Sequence[LearnedModel]) -> list[Row]:
    """What models give is of no region and in no catalog."""
    blank: Row = dict.fromkeys((*COLUMNS, IMAGE_COLUMN, FILTER_COLUMN), "")
    return [
        {
            **blank,
            "lesion_id": lesion.id,
            "feature": key,
            "value": lesion.values.get(key),
            "unit": "1",
            IMAGE_COLUMN: model.card.role,
        }
        for model in models
        for key in model.card.keys
    ]


def _filtered_rows(lesion: LesionFeatures) -> list[Row]:
    """Features of filtered images are in no catalog: they have PyRadiomics' name alone."""
    rows = []
    for identifier, value in lesion.values.items():
        region, _, name = identifier.partition(".")
        blank: Row = dict.fromkeys((*COLUMNS, FILTER_COLUMN), "")
        rows.append({**blank, "lesion_id": lesion.id, "region": region, "value": value, NAME_COLUMN: name})
    return rows


TABLES: Mapping[str, Callable[[Study, Order, Progress], Table]] = {
    OWN: own_table,
    "pyradiomics": pyradiomics_table,
    "compare": comparison_table,
}
STAGES = {
    OWN: [EXTRACTING],
    "pyradiomics": [EXTRACTING_THEIRS, FILTERING],
    "compare": [EXTRACTING, EXTRACTING_THEIRS],
}
