"""The page of responses: how many responded, waterfall and spider plots, and each patient's table of sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from ..followup.response.answer import YES, Answer
from ..followup.response.course_response import CourseResponse, Rules, StudyResponse
from ..followup.response.dissociated import TITLES
from ..followup.response.fields import Field
from ..followup.response.irecist import ICR, IPR
from ..followup.response.measured import millimetres
from ..followup.response.recist import CR, NE, NON_CR_NON_PD, PD, PR, SD
from ..followup.response.table import RefusedPatient
from .chart import Axes, bars, chart, dots, legend, level, line
from .formatting import NO_BREAK
from .markup import Child, Markup, element, table
from .page import RESEARCH_ONLY, footer, header, notice, page, section, tiles

NOT_FOR_TRIALS = "Not for reporting a trial."
MOST_PATIENTS, MOST_DRAWN = 50, 2000
BESTS = (CR, PR, SD, PD, NE, NON_CR_NON_PD)
UNTOLD = "cannot be told"
# A sum that grew more than this is drawn at the edge.
MOST_PERCENT = 150.0
THRESHOLDS_PERCENT = (-30.0, 20.0)
TITLE_OF = {Field.ALL: "all lesions", Field.IN: "irradiated", Field.OUT: "non-irradiated"}


def response_page(
    responses: Sequence[CourseResponse], refused: Sequence[RefusedPatient], rules: Rules, title: str
) -> str:
    """The page as text.

    Parameters
    ----------
    responses : sequence of CourseResponse
    refused : sequence of RefusedPatient
    rules : Rules
    title : str
        Of what: the table's name.

    Returns
    -------
    str
    """
    studies = sum(len(response.studies) for response in responses)
    counts = f"{len(responses)} patients, {studies} studies"
    about = f"{title}: {counts}. RECIST 1.1, iRECIST, in and out of the irradiated field."
    shown = responses[:MOST_PATIENTS]
    parts: list[Child] = [section("Best response over all lesions", _counts(responses, rules))]
    if responses:
        parts.append(section("Sums of the targets", _plots(responses)))
    if refused:
        parts.append(section("Not read", _refused(refused)))
    if shown:
        first = f"The first {len(shown)} of {len(responses)}; all are in response.csv and response.json."
        note = element("p", first, class_="note") if len(shown) < len(responses) else None
        parts.append(section("Patients", note, [response_card(response) for response in shown]))
    parts.append(section("Definitions", definitions(rules)))
    return page(
        f"Response: {title}",
        header("Response", about, notice(f"{RESEARCH_ONLY} {NOT_FOR_TRIALS}")),
        element("main", parts),
        footer("Every answer follows from the sizes in the table; its sentence has the numbers."),
    )


def _counts(responses: Sequence[CourseResponse], rules: Rules) -> list[Markup]:
    recist = Counter(response.best_recist.value or UNTOLD for response in responses)
    irecist = Counter(response.best_irecist.value or UNTOLD for response in responses)
    last = [response.studies[-1] for response in responses]
    studies = [response.studies for response in responses]
    by_lesion = sum(any(study.abscopal_a.value == YES for study in own) for own in studies)
    by_response = sum(any(study.abscopal_b.value == YES for study in own) for own in studies)
    split = sum(study.dissociated.value == YES for study in last)
    days = rules.best.confirmation_days
    facts = [
        (
            "CR or PR by RECIST 1.1",
            _share(recist, (CR, PR)),
            f"confirmed {days} days later; {_listed(recist)}",
        ),
        ("iCR or iPR by iRECIST", _share(irecist, (ICR, IPR)), f"not confirmed; {_listed(irecist)}"),
        ("abscopal", f"B {by_response}, A {by_lesion}", "patients with yes in a study; B first"),
        ("dissociated", str(split), "patients, at their last study"),
    ]
    return [tiles(facts)]


def _share(counts: Counter[str], words: Sequence[str]) -> str:
    return f"{sum(counts[word] for word in words)} of {counts.total()}"


def _listed(counts: Counter[str]) -> str:
    return (
        ", ".join(f"{word}{NO_BREAK}{count}" for word, count in sorted(counts.items(), key=_rank)) or "none"
    )


def _rank(pair: tuple[str, int]) -> tuple[int, str]:
    word = pair[0].removeprefix("i")
    return (BESTS.index(word) if word in BESTS else len(BESTS), word)


def _plots(responses: Sequence[CourseResponse]) -> list[Child]:
    drawn = responses[:MOST_DRAWN]
    figures = [plot for field in (Field.ALL, Field.OUT) for plot in _pair(drawn, field)]
    names = [*BESTS, UNTOLD]
    first = f"Drawn are the first {len(drawn)} of {len(responses)} patients."
    note = element("p", first, class_="note") if len(drawn) < len(responses) else None
    two = "grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr))"
    return [element("div", figures, class_="pictures", style=two), legend(names), note]


def _pair(responses: Sequence[CourseResponse], field: Field) -> list[Markup]:
    """Waterfall and spider plot of a field; nothing where no sum was measured twice."""
    changes = [(response, _changes(response, field)) for response in responses]
    changes = [(response, found) for response, found in changes if len(found) > 1]
    if not changes:
        return []
    title = TITLE_OF[field]
    best = [min((change for _, change, _ in found[1:]), default=0.0) for _, found in changes]
    order = sorted(range(len(best)), key=lambda n: -best[n])
    top = max(40.0, min(MOST_PERCENT, max(best)))
    axes = Axes((0, max(len(best), 4)), (-105, top + 5), "patients", "best change of the sum, %")
    colors = [_color(changes[n][0]) for n in order]
    marks = [level(axes, mark) for mark in (0.0, *THRESHOLDS_PERCENT)]
    waterfall = chart(
        f"Waterfall plot, {title}: each patient's smallest sum after baseline, {len(best)} patients",
        axes,
        bars(axes, [best[n] for n in order], colors),
        marks,
    )
    return [waterfall, *_spider(changes, title)]


def _spider(
    changes: Sequence[tuple[CourseResponse, Sequence[tuple[int | None, float, bool]]]], title: str
) -> list[Markup]:
    dated = [
        (response, found) for response, found in changes if all(days is not None for days, _, _ in found)
    ]
    if not dated:
        return []
    last = max(days or 0 for _, found in dated for days, _, _ in found)
    highest = max(change for _, found in dated for _, change, _ in found)
    top = max(40.0, min(MOST_PERCENT, highest))
    axes = Axes((0, max(last, 1)), (-105, top + 5), "days since baseline", "change of the sum, %")
    shapes: list[Child] = [level(axes, mark) for mark in (0.0, *THRESHOLDS_PERCENT)]
    for response, found in dated:
        x = np.array([days for days, _, _ in found], dtype=float)
        y = np.array([change for _, change, _ in found])
        new = np.array([is_new for _, _, is_new in found])
        color = _color(response)
        shapes += [line(axes, x, y, color, 1.4), *dots(axes, x[new], y[new], color)]
    edge = f"; above +{MOST_PERCENT:g} % at the edge" if highest > MOST_PERCENT else ""
    undated = len(changes) - len(dated)
    without = f"; {undated} without dates are left out" if undated else ""
    text = f"Spider plot, {title}, {len(dated)} patients; a dot is a study with a new lesion{edge}{without}"
    return [chart(text, axes, *shapes)]


def _changes(response: CourseResponse, field: Field) -> list[tuple[int | None, float, bool]]:
    """Days, change from baseline in percent and whether there was a new lesion, of studies with a whole sum.

    Sums and baseline are those of the lesions of the field at the time.
    """
    found = []
    for study in response.studies:
        reading = study.fields[field].reading
        if reading is not None and reading.sum is not None and reading.baseline:
            change = 100 * (reading.sum - reading.baseline) / reading.baseline
            found.append((study.days, change, bool(reading.new)))
    return found


def _color(response: CourseResponse) -> int:
    best = response.best_recist.value
    return BESTS.index(best) if best in BESTS else len(BESTS)


def _refused(refused: Sequence[RefusedPatient]) -> Markup:
    rows = [
        element(
            "tr", element("th", one.patient, scope="row"), element("td", one.code), element("td", one.text)
        )
        for one in refused
    ]
    return table("Patients that were not read", ("patient", "code", "why, and what to do"), rows, "metrics")


def response_card(response: CourseResponse) -> Markup:
    """A patient's best response, table of sums and sentences.

    Parameters
    ----------
    response : CourseResponse

    Returns
    -------
    Markup
    """
    best = [f"RECIST 1.1: {response.best_recist.sentence}", f"iRECIST: {response.best_irecist.sentence}"]
    if response.progression:
        best.append(response.progression)
    return element(
        "article",
        element("header", element("h3", response.course.patient)),
        [element("p", f"{text}.", class_="note") for text in best],
        _sums(response),
        element("h4", "What led to it"),
        _sentences(response),
        class_="card",
    )


def _sums(response: CourseResponse) -> Markup:
    columns = ("study", "lesions", "sum, mm", "baseline", "nadir", "targets", "non-targets", "new")
    rows = [row for study in response.studies for row in _sum_rows(study)]
    title = f"Sums of {response.course.patient}"
    return table(title, (*columns, "RECIST", "iRECIST"), rows, "metrics")


def _sum_rows(study: StudyResponse) -> Iterable[Markup]:
    date = study.study.date
    # Many studies are called by their date.
    shown = date if date is not None and str(date) != study.study.name else ""
    day = f"day {study.days}" if study.days is not None else ""
    when = ", ".join(str(text) for text in (shown, day) if text)
    abscopal = [f"abscopal B {study.abscopal_b.value},", f"A {study.abscopal_a.value}"]
    lines = [when, *(abscopal if study.abscopal_b.value else [])]
    below = [element("small", text) for text in lines if text]
    name = element("th", study.study.name, below, scope="rowgroup", rowspan=len(study.fields))
    for field, one in study.fields.items():
        reading = one.reading
        sums = ["", "", ""]
        words = ["", "", ""]
        if reading is not None:
            lengths = (reading.sum, reading.baseline, reading.nadir)
            sums = ["" if length is None else millimetres(length) for length in lengths]
            words = [reading.target or "", reading.non_target or "", ", ".join(reading.new)]
        cells = [TITLE_OF[field], *sums, *words, one.recist or "", one.irecist or ""]
        first = name if field is Field.ALL else None
        yield element("tr", first, [element("td", cell) for cell in cells])


def _sentences(response: CourseResponse) -> Markup:
    """The sentences of all answers; those of hyperprogression where it is asked."""
    rows = []
    for place, study in enumerate(response.studies):
        answers = {TITLE_OF[field]: one.sentence for field, one in study.fields.items()}
        if place:
            answers |= {
                "abscopal B": study.abscopal_b.sentence,
                "abscopal A": study.abscopal_a.sentence,
                "dissociated": _answered(study.dissociated),
                "pseudoprogression": _answered(study.pseudoprogression),
            }
        if place == 1:
            growth = study.hyperprogression.items()
            answers |= {f"hyperprogression, {name}": _answered(one) for name, one in growth}
        name = element("th", study.study.name, colspan=2, scope="colgroup")
        rows.append(element("tr", name, class_="group"))
        rows += [_fact(what, text) for what, text in answers.items()]
    return element("table", element("tbody", rows), class_="origin")


def _answered(answer: Answer) -> str:
    return answer.sentence if answer.value is None else f"{answer.value}; {answer.sentence}"


def _fact(name: str, text: str) -> Markup:
    sentence = text[:1].upper() + text[1:]
    ending = "" if sentence.endswith((".", "?")) else "."
    return element("tr", element("th", name, scope="row"), element("td", sentence + ending))


def definitions(rules: Rules) -> Markup:
    """What the answers are by: definitions and their times.

    Parameters
    ----------
    rules : Rules

    Returns
    -------
    Markup
    """
    window = rules.window
    texts = {
        "RECIST 1.1": "Eisenhauer 2009. Best response: CR and PR confirmed "
        f"{rules.best.confirmation_days} days later or more, SD {rules.best.stable_days} days after "
        "baseline or later.",
        "iRECIST": f"Seymour 2017. A progression is confirmed from {window.from_days} days on; after more "
        f"than {window.until_days} days the sentence says so.",
        "in and out of field": "The same rules over the irradiated, and over the other lesions alone "
        "(itRECIST-like). A lesion that is irradiated later changes sides with its sizes of all studies.",
        "abscopal": "B: the response out of the field is CR or PR. A: a non-irradiated lesion, measurable at "
        "baseline, is smaller by 30 % or more.",
        "dissociated": f"By {TITLES[rules.dissociated]}.",
        "pseudoprogression": "An iUPD after which targets and non-targets progress no longer and are better.",
        "hyperprogression": f"By {', '.join(rules.hyperprogression) or 'no definition'}.",
    }
    return element("table", element("tbody", [_fact(*one) for one in texts.items()]), class_="origin")
