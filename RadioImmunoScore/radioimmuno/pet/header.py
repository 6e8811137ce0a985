"""What a PET's headers say, as plain values: raw where writers differ, and read elsewhere in this room."""

from __future__ import annotations

from dataclasses import dataclass, field

# SOP classes of PET with several slices a file: enhanced, and legacy-converted.
ENHANCED = frozenset({"1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1"})


@dataclass(frozen=True)
class PetHeader:
    """What holds for a whole series; "" and None where the header has nothing, or no number.

    Parameters
    ----------
    sop_class_uid : str
        Kind of the objects.
    units, suv_type : str
        Unit of the values (0054,1001), and what they are normalized by (0054,1006).
    decay_correction : str
        (0054,1102): START, ADMIN or NONE.
    corrections : tuple of str
        CorrectedImage (0028,0051).
    series_type : tuple of str
        (0054,1000), as (STATIC, IMAGE).
    time_slices : int or None
        NumberOfTimeSlices (0054,0101).
    radiopharmaceuticals : int
        Items of the radiopharmaceutical information sequence (0054,0016); what follows is of the first.
    tracer, radionuclide : str
        Names of the radiopharmaceutical and of its nuclide.
    tracer_codes : tuple of str
        Code values of both.
    dose : float or None
        RadionuclideTotalDose (0018,1074); should be Bq.
    half_life_s : float or None
        (0018,1075), s.
    start_datetime, start_time : str
        Administration (0018,1078) and (0018,1072).
    weight, height : float or None
        (0010,1030), should be kg; (0010,1020), should be m.
    sex : str
        (0010,0040).
    series_date, series_time, study_date : str
        (0008,0021), (0008,0031), (0008,0020).
    timezone : str
        TimezoneOffsetFromUTC (0008,0201), as +0100.
    scanner : str
        Manufacturer and model.
    """

    sop_class_uid: str = ""
    units: str = ""
    suv_type: str = ""
    decay_correction: str = ""
    corrections: tuple[str, ...] = ()
    series_type: tuple[str, ...] = ()
    time_slices: int | None = None
    radiopharmaceuticals: int = 0
    tracer: str = ""
    radionuclide: str = ""
    tracer_codes: tuple[str, ...] = ()
    dose: float | None = None
    half_life_s: float | None = None
    start_datetime: str = field(default="", repr=False)
    start_time: str = field(default="", repr=False)
    weight: float | None = None
    height: float | None = None
    sex: str = ""
    series_date: str = field(default="", repr=False)
    series_time: str = field(default="", repr=False)
    study_date: str = field(default="", repr=False)
    timezone: str = ""
    scanner: str = ""


@dataclass(frozen=True)
class PetSlice:
    """A slice, and the series that it names.

    Parameters
    ----------
    header : PetHeader
        What the slice's file says of its series.
    slope, intercept : float or None
        RescaleSlope (0028,1053), RescaleIntercept (0028,1052).
    acquisition_date, acquisition_time, acquisition_datetime : str
        (0008,0022), (0008,0032), (0008,002A).
    frame_duration_ms, frame_reference_ms : float or None
        ActualFrameDuration (0018,1242), FrameReferenceTime (0054,1300).
    ge_scan_datetime : str
        (0009,100D) of GEMS_PETD_01.
    philips_suv, philips_activity : float or None
        (7053,1000) and (7053,1009) of "Philips PET Private Group".
    """

    header: PetHeader
    slope: float | None = None
    intercept: float | None = None
    acquisition_date: str = field(default="", repr=False)
    acquisition_time: str = field(default="", repr=False)
    acquisition_datetime: str = field(default="", repr=False)
    frame_duration_ms: float | None = None
    frame_reference_ms: float | None = None
    ge_scan_datetime: str = field(default="", repr=False)
    philips_suv: float | None = None
    philips_activity: float | None = None
