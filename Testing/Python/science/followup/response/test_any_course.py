"""Any course, study by study: what never happens, as a state machine that finds the shortest way there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from courses import START
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from test_random_courses import assert_what_never_happens

from radioimmuno.followup.response.fields import Field, assess_field
from radioimmuno.followup.response.measured import MeasuredCourse, MeasuredLesion, MeasuredStudy, Role, Status

# Tenths of a millimetre, so that thresholds are met to the tenth.
SIZES = st.integers(150, 600)
CHANGES = st.sampled_from((-1000, -50, -1, 0, 0, 0, 1, 49, 50, 60))
SEEN = st.sampled_from((*[Status.PRESENT] * 6, Status.GONE, Status.TOO_SMALL, Status.NOT_EVALUATED, None))
DAYS = st.sampled_from((14, 27, 28, 56, 57))
MOST_STUDIES = 7


class AnyCourse(RuleBasedStateMachine):
    """A patient who comes again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.studies: list[MeasuredStudy] = []
        self.lesions: dict[str, MeasuredLesion] = {}

    @initialize(sizes=st.lists(st.tuples(SIZES, st.booleans(), st.booleans()), min_size=1, max_size=4))
    def baseline(self, sizes):
        for n, (size, is_node, irradiated) in enumerate(sizes):
            role = Role.NON_TARGET if n == 2 else Role.TARGET
            known = {"node": is_node, "irradiated": irradiated}
            lengths = {"longest_mm": size / 10, "shortest_mm": size / 10}
            self.lesions[f"L{n}"] = MeasuredLesion(f"L{n}", role, **known, **lengths)
        self.studies.append(MeasuredStudy("S0", START, tuple(self.lesions.values())))

    @rule(changes=st.lists(st.tuples(CHANGES, SEEN), min_size=6, max_size=6), days=DAYS, worse=st.booleans())
    def another_study(self, changes, days, worse):
        if len(self.studies) == MOST_STUDIES:
            return
        rows = []
        for (name, lesion), (change, seen) in zip(self.lesions.items(), changes, strict=False):
            size = max(1, round(10 * lesion.longest_mm) + change) / 10
            self.lesions[name] = replace(lesion, longest_mm=size, shortest_mm=size)
            if seen is not None:
                unequivocal = worse and lesion.role is Role.NON_TARGET
                status = Status.UNEQUIVOCAL if unequivocal else seen
                rows.append(replace(self.lesions[name], status=status))
        last = self.studies[-1].date
        assert last is not None
        name = f"S{len(self.studies)}"
        self.studies.append(MeasuredStudy(name, last + timedelta(days=days), tuple(rows)))

    @rule(size=SIZES, irradiated=st.booleans())
    def a_new_lesion(self, size, irradiated):
        if len(self.studies) in (1, MOST_STUDIES) or len(self.lesions) == 6:
            return
        name = f"X{len(self.lesions)}"
        lesion = MeasuredLesion(name, Role.NEW, longest_mm=size / 10, irradiated=irradiated)
        self.lesions[name] = lesion
        last = self.studies[-1]
        self.studies[-1] = replace(last, lesions=(*last.lesions, lesion))

    @invariant()
    def nothing_happens_that_never_may(self):
        if self.studies:
            assert_what_never_happens(MeasuredCourse("P", tuple(self.studies)))

    @invariant()
    def the_field_does_not_reach_outside(self):
        studies = tuple(
            MeasuredStudy(study.name, study.date, tuple(one for one in study.lesions if not one.irradiated))
            for study in self.studies
        )
        if studies and any(study.lesions for study in studies):
            alone = assess_field(MeasuredCourse("P", studies), Field.OUT)
            assert alone == assess_field(MeasuredCourse("P", tuple(self.studies)), Field.OUT)


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=30, stateful_step_count=9)
