"""When a PET was acquired, to which moment its values were decay-corrected, and when the tracer was given.

All times of a series are seconds on one axis. Where an anonymizer took the dates away, the axis begins on no
day: then only times of day are known.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from ..findings import Finding, InputError, Severity
from ..thresholds import (
    LONG_HALF_LIFE_S,
    MAX_ACQUISITION_SPREAD_S,
    MAX_LAG_HALF_LIVES,
    MAX_LAG_OVER_MIDNIGHT_S,
    MAX_REFERENCE_LAG_S,
    MAX_TIMES_DIFFER_S,
    MIN_LAG_S,
)
from .header import PetHeader, PetSlice
from .moments import DAY_S, Moment, day_of, moment_of, second_of
from .step import Step

# Ways to the moment that values are corrected to, and what each one looks at.
SCAN = "GE's time of the scan"
MEAN_TIME = "the mean time of each slice"
SERIES = "the series' time"
EARLIEST = "the earliest acquisition"
UNKNOWN = (
    "Nothing says to which moment values were decay-corrected: the earliest acquisition was taken. Where "
    "slices are missing, SUV come out too high."
)
# Some times are written without the fraction of their second.
ROUNDING_S = 1.0
ACQUISITION = {
    "AcquisitionDate (0008,0022)": attrgetter("acquisition_date"),
    "AcquisitionTime (0008,0032)": attrgetter("acquisition_time"),
}
ATTRIBUTES: dict[str, dict[str, Callable[[PetSlice], object]]] = {
    SCAN: {"PET scan_datetime (0009,100D)": attrgetter("ge_scan_datetime")},
    MEAN_TIME: ACQUISITION
    | {
        "ActualFrameDuration (0018,1242)": attrgetter("frame_duration_ms"),
        "FrameReferenceTime (0054,1300)": attrgetter("frame_reference_ms"),
    },
    SERIES: {
        "SeriesDate (0008,0021)": attrgetter("header.series_date"),
        "SeriesTime (0008,0031)": attrgetter("header.series_time"),
    },
    EARLIEST: dict(ACQUISITION),
}
DATETIME = "RadiopharmaceuticalStartDateTime (0018,1078)"
TIME = "RadiopharmaceuticalStartTime (0018,1072)"


@dataclass(frozen=True)
class Acquisitions:
    """When the slices were acquired.

    Parameters
    ----------
    seconds : tuple of float
        One for each slice.
    dated : bool
        Whether their dates are known.
    """

    seconds: tuple[float, ...]
    dated: bool

    @property
    def earliest(self) -> float:
        """The beginning of the first one, s."""
        return min(self.seconds)


@dataclass(frozen=True)
class Times:
    """Moments, and how they were found.

    Parameters
    ----------
    seconds : tuple of float
        One for each slice.
    step : Step
    findings : tuple of Finding
    """

    seconds: tuple[float, ...]
    step: Step
    findings: tuple[Finding, ...] = ()


def acquisitions_of(slices: Sequence[PetSlice]) -> Acquisitions:
    """When the slices were acquired.

    Parameters
    ----------
    slices : sequence of PetSlice

    Raises
    ------
    InputError
        `pet.acquisition_time` where one does not say so, or where they lie too far apart for one scan.
    """
    found = [_acquisition(one) for one in slices]
    if any(moment is None for moment in found):
        count = sum(moment is None for moment in found)
        text = f"{count} of {len(found)} slices do not say when they were acquired (AcquisitionTime)."
        raise InputError("pet.acquisition_time", text)
    moments = [moment for moment in found if moment is not None]
    dated = all(moment.day for moment in moments)
    seconds = tuple(moment.seconds if dated else moment.second for moment in moments)
    spread = max(seconds) - min(seconds)
    if spread > MAX_ACQUISITION_SPREAD_S and len({moment.day for moment in moments}) == 1:
        # All of one day, or of none: what lies after midnight belongs to the next one.
        noon = moments[0].day * DAY_S * dated + DAY_S / 2
        seconds = tuple(second + DAY_S if second < noon else second for second in seconds)
        spread = max(seconds) - min(seconds)
    if spread > MAX_ACQUISITION_SPREAD_S:
        text = f"The slices' acquisition times lie {_span(spread)} apart, which no one scan takes."
        raise InputError("pet.acquisition_time", text)
    return Acquisitions(seconds, dated)


def reference_time(slices: Sequence[PetSlice], acquired: Acquisitions, half_life_s: float) -> Times:
    """The moment to which values with the decay correction START were corrected.

    GE's own attribute; else computed back, for each slice, from its mean time (acquisition, frame duration,
    FrameReferenceTime); else the series' time where it is not after the acquisitions; else the first of them.

    Parameters
    ----------
    slices : sequence of PetSlice
    acquired : Acquisitions
        Of these slices.
    half_life_s : float
        s.
    """
    found = {
        SCAN: _ge(slices, acquired),
        MEAN_TIME: _computed_back(slices, acquired, half_life_s),
        SERIES: _series_time(slices, acquired),
    }
    ways = {name: times for name, times in found.items() if times and _is_credible(times, acquired)}
    unknown = () if ways else (Finding("pet.reference_time", Severity.WARN, UNKNOWN),)
    ways = ways or {EARLIEST: (acquired.earliest,) * len(slices)}
    name, times = next(iter(ways.items()))
    if max(times) - min(times) <= ROUNDING_S:
        # One moment, written with rounding: slices keep their values in proportion to each other.
        times = (statistics.median(times),) * len(times)
    where = " to ".join(dict.fromkeys(_clock(at) for at in (min(times), max(times))))
    used = tuple((tag, _ends_of(slices, read)) for tag, read in ATTRIBUTES[name].items())
    step = Step("reference time", f"Decay-corrected to {where}, by {name}.", used)
    return Times(times, step, (*unknown, *_ways_differ(ways)))


def administration_time(
    header: PetHeader, acquired: Acquisitions, reference: float, half_life_s: float
) -> Times:
    """When the tracer was given.

    Its date and time where they go with the scan; else its time of day, on the scan's day or the one before.

    Parameters
    ----------
    header : PetHeader
    acquired : Acquisitions
    reference : float
        The moment to which values are corrected, s.
    half_life_s : float
        s.

    Raises
    ------
    InputError
        `pet.administration_time`.
    """
    told = moment_of(header.start_datetime, header.timezone)
    if told is not None and acquired.dated:
        lag = reference - told.seconds
        if MIN_LAG_S <= lag <= MAX_LAG_HALF_LIVES * half_life_s:
            step = _administered(DATETIME, header.start_datetime, told.seconds)
            return Times((told.seconds,), step, _times_of_day_differ(header, told))
    if half_life_s >= LONG_HALF_LIFE_S:
        raise InputError("pet.administration_time", _no_dates(header, told, acquired, reference))
    return _by_time_of_day(header, told, acquired, half_life_s)


def mean_time_s(duration_s: float, half_life_s: float) -> float:
    """From a frame's beginning to where its activity is the frame's mean, s.

    ln(x / (1 - exp(-x))) / lambda with x = lambda T (IBSI's manual of SUV computation).

    Parameters
    ----------
    duration_s, half_life_s : float
        s.
    """
    decay = math.log(2) / half_life_s
    return math.log(frame_decay(duration_s, half_life_s)) / decay


def frame_decay(duration_s: float, half_life_s: float) -> float:
    """Activity at a frame's beginning as a multiple of its mean: x / (1 - exp(-x)) with x = lambda T.

    Parameters
    ----------
    duration_s, half_life_s : float
        s.
    """
    x = math.log(2) * duration_s / half_life_s
    return x / -math.expm1(-x) if x > 0 else 1.0


def _acquisition(one: PetSlice) -> Moment | None:
    """The slice's moment; its day is 0 where no date is known."""
    whole = moment_of(one.acquisition_datetime, one.header.timezone)
    second = second_of(one.acquisition_time)
    if second is None:
        return whole
    day = day_of(one.acquisition_date)
    if day is not None:
        return Moment(day, second)
    if whole is not None:
        return Moment(whole.day, second)
    day = day_of(one.header.series_date) or day_of(one.header.study_date)
    begun = second_of(one.header.series_time)
    if day is None:
        return Moment(0, second)
    # The day is the series': what lies half a day before its time belongs to the next day.
    return Moment(day + (begun is not None and begun - second > DAY_S / 2), second)


def _ge(slices: Sequence[PetSlice], acquired: Acquisitions) -> tuple[float, ...] | None:
    moments = [moment_of(one.ge_scan_datetime, one.header.timezone) for one in slices]
    found = [moment for moment in moments if moment is not None]
    if len(found) < len(slices):
        return None
    return tuple(_placed(moment, acquired) for moment in found)


def _computed_back(
    slices: Sequence[PetSlice], acquired: Acquisitions, half_life_s: float
) -> tuple[float, ...] | None:
    times = []
    for one, at in zip(slices, acquired.seconds, strict=True):
        reference_ms, duration_ms = one.frame_reference_ms, one.frame_duration_ms
        # A frame's mean lies after its beginning: 0 is what writers put where they know nothing.
        if not reference_ms or not duration_ms or reference_ms < 0 or duration_ms < 0:
            return None
        times.append(at + mean_time_s(duration_ms / 1000, half_life_s) - reference_ms / 1000)
    return tuple(times)


def _series_time(slices: Sequence[PetSlice], acquired: Acquisitions) -> tuple[float, ...] | None:
    """The series' beginning; None where it is not known, or written after the acquisition."""
    begun = []
    for header in {one.header for one in slices}:
        second = second_of(header.series_time)
        day = day_of(header.series_date) or day_of(header.study_date)
        if second is None:
            return None
        if acquired.dated and day is not None:
            begun.append(Moment(day, second).seconds)
        else:
            begun.append(_nearest(second, acquired.earliest))
    earliest = min(begun)
    return (earliest,) * len(slices) if earliest <= acquired.earliest + ROUNDING_S else None


def _placed(moment: Moment, acquired: Acquisitions) -> float:
    """On the axis of the acquisitions, whose dates may be unknown."""
    return moment.seconds if acquired.dated else _nearest(moment.second, acquired.earliest)


def _nearest(second: float, near: float) -> float:
    """The time of day `second` that lies nearest to `near`."""
    return second + DAY_S * round((near - second) / DAY_S)


def _is_credible(times: Sequence[float], acquired: Acquisitions) -> bool:
    """Whether values may have been corrected to these moments: not long before the scan, nor after it."""
    late = max(acquired.seconds) + MAX_TIMES_DIFFER_S
    return all(acquired.earliest - MAX_REFERENCE_LAG_S <= at <= late for at in times)


def _ways_differ(ways: dict[str, tuple[float, ...]]) -> tuple[Finding, ...]:
    findings = []
    taken, *others = ways
    middle = {name: statistics.median(times) for name, times in ways.items()}
    apart = [(name, abs(middle[name] - middle[taken])) for name in others]
    far = [f"{name} by {_span(by)}" for name, by in apart if by > MAX_TIMES_DIFFER_S]
    if far:
        text = f"Values were taken as decay-corrected to {taken}, from which differs {', '.join(far)}."
        findings.append(Finding("pet.times_differ", Severity.WARN, text))
    spread = max(ways[taken]) - min(ways[taken])
    if spread > MAX_TIMES_DIFFER_S:
        text = (
            f"By {taken} slices were decay-corrected to moments that lie {_span(spread)} apart: each was "
            "taken by its own."
        )
        findings.append(Finding("pet.times_differ", Severity.WARN, text))
    return tuple(findings)


def _times_of_day_differ(header: PetHeader, told: Moment) -> tuple[Finding, ...]:
    second = second_of(header.start_time)
    if second is None or abs(_nearest(second, told.second) - told.second) <= MAX_TIMES_DIFFER_S:
        return ()
    text = (
        f"The tracer was given at {_clock(told.second)} by {DATETIME}, and at {_clock(second)} by {TIME}: "
        "the first was taken."
    )
    return (Finding("pet.times_differ", Severity.WARN, text),)


def _by_time_of_day(
    header: PetHeader, told: Moment | None, acquired: Acquisitions, half_life_s: float
) -> Times:
    second, name, text = second_of(header.start_time), TIME, header.start_time
    if second is None and told is not None:
        second, name, text = told.second, DATETIME, header.start_datetime
    if second is None:
        raise InputError(
            "pet.administration_time",
            f"The header does not say when the tracer was given: neither {DATETIME} nor {TIME} holds a time.",
        )
    first = acquired.earliest
    at = first - first % DAY_S + second
    longest = max(MAX_LAG_OVER_MIDNIGHT_S, MAX_LAG_HALF_LIVES * half_life_s)
    if at > first:
        at, longest = at - DAY_S, MAX_LAG_OVER_MIDNIGHT_S
    if first - at > longest:
        raise InputError(
            "pet.administration_time",
            f"By {name} the tracer was given at {_clock(second)}, and the scan began at {_clock(first)}: "
            f"{_span(first - at)} later at the least, which is too long.",
        )
    findings = []
    if told is not None and acquired.dated:
        words = f"{DATETIME} does not go with the date of the scan (moved by an anonymizer, perhaps)"
        words = f"{words}: its time of day was taken." if name == DATETIME else f"{words}: {TIME} was taken."
        findings.append(Finding("pet.administration_date", Severity.WARN, words))
    return Times((at,), _administered(name, text, at), tuple(findings))


def _no_dates(header: PetHeader, told: Moment | None, acquired: Acquisitions, reference: float) -> str:
    hours = f"{header.half_life_s or 0:g} s"
    text = f"A tracer with a half-life of {hours} needs the dates of its administration and of the scan"
    if not acquired.dated:
        return f"{text}; the scan's are not there."
    if told is None:
        return f"{text}; {DATETIME} is not there."
    return f"{text}; {DATETIME} lies {(reference - told.seconds) / DAY_S:.1f} days before the scan."


def _administered(name: str, text: str, at: float) -> Step:
    return Step(
        "administration", f"The tracer was given at {_clock(at)}, by {name}.", ((name, text.strip()),)
    )


def _ends_of(slices: Sequence[PetSlice], read: Callable[[PetSlice], object]) -> str:
    """The value of all slices, or those of the first and the last one."""
    values = [read(one) for one in (slices[0], slices[-1])]
    shown = [f"{value:g}" if isinstance(value, float) else str(value).strip() for value in values]
    return " to ".join(dict.fromkeys(shown))


def _clock(seconds: float) -> str:
    """The time of day, as 14:03:20."""
    total = round(seconds) % round(DAY_S)
    return f"{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}"


def _span(seconds: float) -> str:
    """A span of time in its own unit."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * DAY_S else f"{seconds / DAY_S:.0f} days"
