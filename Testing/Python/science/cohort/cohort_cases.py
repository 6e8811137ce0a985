"""A small cohort: its patients, what is measured of them, and how a process is made to fail."""

from __future__ import annotations

SHAPE = (14, 30, 30)
PATIENTS = ("ann", "bob", "cyd", "dan")
FEATURES = ("lesion.statistics.mean", "lesion.morphology.volume", "ring.statistics.mean")

# What a process of the cohort does to patients of these names: hang, die, die once, raise.
FAULTS = """
import os, pathlib, signal, sys, time
if "radioimmuno.cohort.process" in sys.orig_argv:
    from radioimmuno.cohort import patient
    measure = patient.measure_patient
    def faulty(order):
        words = pathlib.Path(os.environ["FAULTS"]).read_text().split()
        for word in words:
            name, _, fault = word.partition("=")
            if name != order["patient"]:
                continue
            if fault == "hang":
                time.sleep(600)
            if fault == "raise":
                raise RuntimeError("nobody foresaw this")
            if fault == "memory":
                raise MemoryError
            if fault.startswith("slow"):
                time.sleep(float(fault[4:]))
            once = pathlib.Path(os.environ["FAULTS"] + "." + name)
            if fault == "die" or (fault == "die-once" and not once.exists()):
                once.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return measure(order)
    patient.measure_patient = faulty
"""
