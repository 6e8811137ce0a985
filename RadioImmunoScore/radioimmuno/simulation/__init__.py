"""Simulated patients: CT with lesions whose infiltration is known, to demonstrate, train on and measure with.

They are drawn from formulas, not from anybody's images, and mean nothing clinically.
"""

# Of the patient whose course is shown to try following out.
COURSE_SEED = 107
