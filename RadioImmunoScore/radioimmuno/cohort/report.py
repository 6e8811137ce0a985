"""The page of a cohort: how many, which sites, distributions by batch, what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..files.atomic import write_text
from ..report.formatting import number
from ..report.markup import Markup, element, table
from ..report.page import footer, header, notice, page, section, tiles
from ..signature.signature import signature_record
from ..signature.variables import KVP, variable_of
from ..validation.discrimination import midranks, once
from .manifest import Manifest
from .plan import Plan
from .tables import GONE, REFUSED, SCORE, CohortTables, score_counts

TITLE = "Cohort"
BATCH, SPLIT = "batch", "split"
NOT_GIVEN = "not given"
NOT_MEASURED = (REFUSED, GONE)
# Whiskers leave out what is outermost; a batch of fewer values has dots instead of a box.
WHISKERS, QUARTILES, FEWEST = (5, 95), (25, 50, 75), 5
ROW_HEIGHT, MARGIN_SHARE = 26, 0.04
ALWAYS = ("lesion.morphology.volume", "lesion.statistics.mean", "ring.statistics.mean")
MOST_SHIFTED, MOST_ROWS = 6, 60


@dataclass(frozen=True, eq=False)
class Distribution:
    """A variable's values by batch.

    Parameters
    ----------
    name : str
        The column.
    groups : mapping of str to ndarray of float64, shape (n,)
        Batch -> values.
    shift : float
        Share of the variance of the values' ranks that lies between batches, 0 to 1.
    """

    name: str
    groups: Mapping[str, np.ndarray]
    shift: float

    @property
    def title(self) -> str:
        """What a person reads."""
        if self.name.startswith(SCORE):
            return f"Score of {self.name.removeprefix(SCORE)}"
        known = variable_of(self.name)
        unit = f", {known.unit.replace('mm3', 'mm³')}" if known.unit not in ("", "1") else ""
        return f"{known.title}{unit}"


def write_report(tables: CohortTables, manifest: Manifest, plan: Plan, path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    tables : CohortTables
    manifest : Manifest
    plan : Plan
    path : Path
    """
    about = (
        "Every lesion of every patient of the manifest was measured in the same way. A lesion that cannot be "
        "measured has its reason in the table of lesions; a patient that could not be read stands below."
    )
    notices = [notice(one.notice, one.status) for one in plan.signatures]
    main = element(
        "main",
        section("How many", _tiles(tables)),
        section("Sites", _sites(tables)),
        _batches(tables),
        _distributions(tables, plan),
        section("What failed", _failed(tables), _not_scored(tables)),
        _refused(tables),
        section("Provenance", _provenance(manifest, plan)),
    )
    title = f"{TITLE} · {manifest.path.name} · RadioImmunoScore"
    text = page(title, header(TITLE, about, *notices), main, footer("Research use only."))
    write_text(path, text)


def _tiles(tables: CohortTables) -> Markup:
    statuses = tables.column("status")
    refused, drawn = statuses.count("refused"), len(statuses) - statuses.count(GONE)
    per_patient = Counter(tables.column("patient"))
    facts = [
        ("Patients", str(len(tables.patients)), ""),
        ("Patients that failed", str(len(tables.failed)), ""),
        ("Lesions measured", f"{drawn - refused} of {drawn}", ""),
        ("Lesions with a warning", str(statuses.count("warning")), ""),
        ("Lesions a patient", _range(list(per_patient.values())), "of patients with any"),
        *[
            (f"Scored by {name}", f"{n['scored']} of {n['scored'] + n['refused']}", "lesions")
            for name, n in score_counts(tables).items()
        ],
    ]
    return tiles(facts)


def _range(values: Sequence[int]) -> str:
    if not values:
        return "none"
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}, median {np.median(values):g}"


def _sites(tables: CohortTables) -> Markup:
    rows = _counted(tables, "site")
    return table(
        "Lesions by site", ("Site", "Patients", "Lesions", "Measured", "Irradiated"), rows, "metrics"
    )


def _batches(tables: CohortTables) -> list[Markup]:
    """Tables of batch and of split, where the manifest has them."""
    return [
        section(
            f"By {name}",
            table(
                f"Lesions by {name}",
                (name.capitalize(), "Patients", "Lesions", "Measured", "Irradiated"),
                _counted(tables, name),
                "metrics",
            ),
        )
        for name in (BATCH, SPLIT)
        if name in tables.columns
    ]


def _counted(tables: CohortTables, name: str) -> list[Markup]:
    """A row for each value of a column, the most frequent first."""
    groups = [str(value or NOT_GIVEN).replace("_", " ") for value in tables.column(name)]
    patients, statuses = tables.column("patient"), tables.column("status")
    irradiated = tables.column("irradiated")
    rows = []
    for group, count in sorted(Counter(groups).items(), key=lambda item: (-item[1], item[0])):
        own = [place for place, one in enumerate(groups) if one == group]
        cells = (
            len({patients[place] for place in own}),
            count,
            sum(statuses[place] not in NOT_MEASURED for place in own),
            sum(irradiated[place] == "yes" for place in own),
        )
        rows.append(
            element("tr", element("td", element("bdi", group)), [element("td", str(cell)) for cell in cells])
        )
    return rows


def _distributions(tables: CohortTables, plan: Plan) -> Markup:
    chosen = list(distributions(tables, plan))
    note = (
        f"Box: quartiles and median; line: {WHISKERS[0]} % to {WHISKERS[1]} % of the lesions; dots where "
        f"there are fewer than {FEWEST}. "
    )
    if len({name for one in chosen for name in one.groups}) > 1:
        note += (
            "Shown are scores, size, intensities, and the features that differ most between batches: the "
            "share of the variance of ranks between batches stands beside the name. That may be the scanner "
            "or the patients."
        )
    plots = [_plot(one) for one in chosen]
    return section(
        "Distributions", element("p", note, class_="note") if plots else "Nothing was measured.", plots
    )


def distributions(tables: CohortTables, plan: Plan) -> Iterator[Distribution]:
    """What is shown: scores, size and intensities, and what differs most between batches.

    Parameters
    ----------
    tables : CohortTables
    plan : Plan

    Yields
    ------
    Distribution
    """
    batches = np.array(
        [str(value or NOT_GIVEN) for value in tables.column(BATCH)]
        if BATCH in tables.columns
        else ["all lesions"] * len(tables.lesions),
        dtype=object,
    )
    scores = [f"{SCORE}{one.name}" for one in plan.signatures]
    first = [*scores, *(name for name in ALWAYS if name in plan.features), KVP]
    found = {name: _distribution(tables, name, batches) for name in (*first, *plan.values)}
    yield from (found[name] for name in first if name != KVP and found[name].groups)
    if len(set(batches)) > 1:
        rest = sorted((one for name, one in found.items() if name not in first), key=lambda one: -one.shift)
        yield from (one for one in rest[:MOST_SHIFTED] if one.groups and one.shift > 0)


def _distribution(tables: CohortTables, name: str, batches: np.ndarray) -> Distribution:
    values = np.array([np.nan if v is None or v == "" else float(v) for v in tables.column(name)])
    known = np.isfinite(values)
    names = list(dict.fromkeys(sorted(batches[known])))
    groups = {batch: values[known & (batches == batch)] for batch in names}
    return Distribution(name, groups, _shift(groups))


def _shift(groups: Mapping[str, np.ndarray]) -> float:
    """Share of the variance of ranks that lies between groups (eta squared of Kruskal and Wallis' ranks)."""
    if len(groups) < 2:
        return 0.0
    values = np.concatenate(list(groups.values()))
    ranks = midranks(values, once(values))[0]
    parts = np.split(ranks, np.cumsum([len(values) for values in groups.values()])[:-1])
    total = float(((ranks - ranks.mean()) ** 2).sum())
    between = sum(len(part) * (part.mean() - ranks.mean()) ** 2 for part in parts)
    return float(between / total) if total > 0 else 0.0


def _plot(one: Distribution) -> list[Markup]:
    ends = np.concatenate([np.percentile(values, WHISKERS) for values in one.groups.values()])
    low, high = float(ends.min()), float(ends.max())
    margin = MARGIN_SHARE * (high - low) or 1.0
    shift = f" ({100 * one.shift:.0f} % between batches)" if len(one.groups) > 1 else ""
    head = element(
        "tr",
        element("th", "Batch" if len(one.groups) > 1 else "", scope="col"),
        element("th", "", scope="col", class_="track"),
        element("th", "Lesions", scope="col", class_="figure"),
    )
    rows = [
        element(
            "tr",
            element("th", element("bdi", batch), scope="row"),
            element("td", _drawing(values, low - margin, high + margin), class_="track"),
            element("td", str(len(values)), class_="figure"),
        )
        for batch, values in one.groups.items()
    ]
    ruler = element(
        "tr", element("td"), element("td", _ruler(low, high, margin), class_="track"), element("td")
    )
    caption = element("caption", one.title, class_="unseen")
    drawn = element("table", caption, element("thead", head), element("tbody", rows, ruler), class_="plot")
    return [element("h4", f"{one.title}{shift}"), drawn]


def _drawing(values: np.ndarray, low: float, high: float) -> Markup:
    def at(value: float) -> float:
        return 100 * min(max((value - low) / (high - low), 0.0), 1.0)

    middle = ROW_HEIGHT / 2
    if len(values) < FEWEST:
        shapes = [
            element("circle", cx=f"{at(v):.2f}%", cy=middle, r=4, class_="box") for v in np.sort(values)
        ]
    else:
        first, last = (at(v) for v in np.percentile(values, WHISKERS))
        left, median, right = (at(v) for v in np.percentile(values, QUARTILES))
        x = f"{median:.2f}%"
        shapes = [
            element("line", x1=f"{first:.2f}%", x2=f"{last:.2f}%", y1=middle, y2=middle, class_="stem"),
            element("rect", x=f"{left:.2f}%", width=f"{right - left:.2f}%", y=6, height=14, class_="box"),
            element("line", x1=x, x2=x, y1=5, y2=21, class_="median"),
        ]
    words = f"{len(values)} lesions, median {number(float(np.median(values)))}"
    return element("svg", shapes, width="100%", height=ROW_HEIGHT, role="img", aria_label=words)


def _ruler(low: float, high: float, margin: float) -> Markup:
    place = 100 * margin / (high - low + 2 * margin)
    texts = [
        element("text", number(low), x=f"{place:.2f}%", y=14),
        element("text", number(high), x=f"{100 - place:.2f}%", y=14, text_anchor="end"),
    ]
    return element("svg", texts if high > low else texts[:1], width="100%", height=20, aria_hidden="true")


def _failed(tables: CohortTables) -> Markup:
    if not tables.failed:
        return element("p", "Every patient was measured.")
    return _reasons("Patients that failed", tables.failed)


def _not_scored(tables: CohortTables) -> list[Markup]:
    """Patients that were measured and have no score by a signature."""
    if not tables.not_scored:
        return []
    title = "Measured, without a score by a signature"
    return [element("h4", title), _reasons(title, tables.not_scored)]


def _reasons(caption: str, failures: Sequence[tuple[str, str, str]]) -> Markup:
    rows = [
        element(
            "tr",
            element("td", element("bdi", patient)),
            element("td", element("code", code)),
            element("td", text),
        )
        for patient, code, text in failures
    ]
    return table(caption, ("Patient", "Code", "Why"), rows, "metrics")


def _refused(tables: CohortTables) -> Markup | None:
    found = [
        (row, reasons)
        for row, status, reasons in zip(
            tables.lesions, tables.column("status"), tables.column("reasons"), strict=True
        )
        if status == "refused"
    ]
    if not found:
        return None
    rows = [
        element(
            "tr",
            element("td", element("bdi", str(row[0]))),
            element("td", element("bdi", f"{row[3]} ({row[2]})")),
            element("td", str(reasons)),
        )
        for row, reasons in found[:MOST_ROWS]
    ]
    more = f"{len(found) - MOST_ROWS} more stand in the table of lesions." if len(found) > MOST_ROWS else None
    listed = table("Lesions that are refused", ("Patient", "Lesion", "Why"), rows, "metrics")
    return section("Refused lesions", listed, element("p", more, class_="note") if more else None)


def _provenance(manifest: Manifest, plan: Plan) -> Markup:
    facts = [
        ("Manifest", manifest.path.name),
        ("Carried along", ", ".join(manifest.carried) or "nothing"),
        ("Features", f"{len(plan.values)} a lesion"),
        ("Settings", str(plan.settings.to_dict())),
        *[
            ("Signature", _signature_words(signature_record(one, "name", "version", "sha256")))
            for one in plan.signatures
        ],
        *[("Passed over", note) for note in manifest.notes],
    ]
    rows = [element("tr", element("th", name, scope="row"), element("td", text)) for name, text in facts]
    caption = element("caption", "Provenance", class_="unseen")
    return element("div", element("table", caption, element("tbody", rows), class_="origin"), class_="wide")


def _signature_words(record: Mapping[str, str]) -> str:
    return f"{record['name']}, version {record['version']}, SHA-256 {record['sha256']}"
