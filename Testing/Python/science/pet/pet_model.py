"""A scanner that measures a decaying tracer, by the law of decay alone: what each kind of header would hold.

The body takes up the tracer so that every place has a known SUV. Frames are integrated numerically, so that
nothing here shares a formula with the code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from radioimmuno.pet.header import PetHeader, PetSlice

F18, GA68, ZR89 = 6586.2, 4057.7, 78.41 * 3600
SUV = 2.5
CORRECTIONS = ("NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN")


@dataclass(frozen=True)
class Scan:
    """An examination: what was given, and when each bed was measured.

    `begin` is the moment to which a scanner corrects (START); beds follow from `delay_s` after it.
    """

    given: datetime = datetime(2024, 3, 10, 9, 1, 30)
    begin: datetime = datetime(2024, 3, 10, 10, 2, 0)
    delay_s: float = 0.0
    beds: int = 3
    slices_a_bed: int = 2
    frame_s: float = 180.0
    step_s: float = 190.0
    dose_bq: float = 350e6
    half_life_s: float = F18
    weight_kg: float = 80.0

    def begins(self) -> list[datetime]:
        """When each slice's frame began."""
        return [
            self.begin + timedelta(seconds=self.delay_s + bed * self.step_s)
            for bed in range(self.beds)
            for _ in range(self.slices_a_bed)
        ]

    def activity(self, when: datetime, after_s: float | np.ndarray = 0.0) -> float | np.ndarray:
        """Concentration at a place with the SUV, Bq/ml, some seconds after a moment."""
        since = (when - self.given).total_seconds() + after_s
        return SUV * self.dose_bq * 0.5 ** (since / self.half_life_s) / (1000 * self.weight_kg)

    def measured(self, begin: datetime) -> tuple[float, float]:
        """Mean concentration of a frame, and how long after its beginning the activity is that."""
        times = np.linspace(0, self.frame_s, 20001)
        values = self.activity(begin, times)
        mean = float((values[0] / 2 + values[1:-1].sum() + values[-1] / 2) / (len(times) - 1))
        return mean, float(np.interp(-mean, -values, times))

    def header(self, **changes) -> PetHeader:
        """The header of a series in Bq/ml that is corrected to `begin`."""
        header = PetHeader(
            sop_class_uid="1.2.840.10008.5.1.4.1.1.128",
            units="BQML",
            decay_correction="START",
            corrections=CORRECTIONS,
            series_type=("WHOLE BODY", "IMAGE"),
            radiopharmaceuticals=1,
            tracer="Fluorodeoxyglucose",
            radionuclide="^18^Fluorine",
            dose=self.dose_bq,
            half_life_s=self.half_life_s,
            start_datetime=f"{self.given:%Y%m%d%H%M%S}.00",
            start_time=f"{self.given:%H%M%S}",
            weight=self.weight_kg,
            height=1.8,
            sex="M",
            series_date=f"{self.begin:%Y%m%d}",
            series_time=f"{self.begin:%H%M%S}",
        )
        return replace(header, **changes)

    def slices(self, of_slice=None, **of_header) -> list[PetSlice]:
        """The slices; changes of all slices' own values come as a mapping."""
        header = self.header(**of_header)
        slices = []
        for number, begin in enumerate(self.begins()):
            _, mean_s = self.measured(begin)
            one = PetSlice(
                header,
                slope=0.5 + 0.25 * number,
                intercept=0.0,
                acquisition_date=f"{begin:%Y%m%d}",
                acquisition_time=f"{begin:%H%M%S.%f}",
                frame_duration_ms=1000 * self.frame_s,
                frame_reference_ms=1000 * ((begin - self.begin).total_seconds() + mean_s),
            )
            slices.append(replace(one, **(of_slice or {})))
        return slices

    def stored(self, slices: list[PetSlice], correction: str = "START") -> np.ndarray:
        """What the scanner stores of the place in each slice, before rounding."""
        values = {
            "START": lambda begin: self.activity(self.begin),
            "ADMIN": lambda begin: self.activity(self.given),
            "NONE": lambda begin: self.measured(begin)[0],
        }[correction]
        pairs = zip(self.begins(), slices, strict=True)
        return np.array([values(begin) / one.slope for begin, one in pairs])
