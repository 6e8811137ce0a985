"""The thresholds of all checks, in one place.

They are ours: chosen so that sound masks (balls, ellipsoids, contours of patients) stay below them; no source
states them.
"""

from __future__ import annotations

# What scoring refuses or warns of.
MIN_VOLUME_CC = 0.2
# The same on the grid of 1 mm; on a finer one, of a CT as fine (small animals), smaller lesions have as many.
MIN_VOXELS = 200
MAX_SLICE_MM = 5.0
# Air is -1000 HU; scanners write -1024, -2000 or -3024 where they measured nothing. Below this it is padding.
PADDING_BELOW_HU = -1100.0
BAD_VOXELS_WARN_SHARE = 0.001
BAD_VOXELS_REFUSE_SHARE = 0.05
MIN_RING_SHARE = 0.5
# Of what a model sees around a lesion: at a face of the image up to a half lies outside, at an edge more.
CROP_OUTSIDE_WARN_SHARE = 0.25
# More voxels on the grid than this are no lesion but a mistake: about 4 litres at 1 mm.
MAX_REGION_VOXELS = 4_000_000
# The largest number of intensity levels: matrices grow with its square.
MAX_LEVELS = 1024
# A lesion whose volume changes by more when it is resampled to the CT is refused.
MAX_VOLUME_CHANGE = 0.05
# Carried to another image, it is warned of: on voxels as large as a PET's small lesions change by so much,
# whatever the rule (contours of 20 sarcomas of 17 to 818 cc by 1.5 % at the most).
CARRIED_VOLUME_CHANGE = 0.25
# Images of one study are made within so many days, as RECIST 1.1 has it of a baseline (at most 4 weeks before
# treatment); that it is the limit between two images, too, is ours.
IMAGES_APART_DAYS = 28
# Hardly a lesion is larger, but liver, lung and body are (ours): of 22 tumors of patients the largest has
# 818 cc, and of 193 lesions of an immunotherapy trial three are larger, masses of abdomen and pelvis.
MAX_PLAUSIBLE_CC = 1500.0

# Uptake on PET. A reference region is at least as large as the sphere of SUVpeak.
MIN_REFERENCE_CC = 1.0
# A smaller lesion cannot hold that sphere.
SMALL_FOR_PEAK_CC = 1.0
# Mean SUV (by weight or lean mass) of liver and blood pool on FDG (ours, wide): a wrong weight, dose or time
# takes them further. Other tissues that serve as a reference vary more.
REFERENCE_SUV_LIMITS = {"liver": (0.7, 5.0), "blood_pool": (0.4, 4.0)}

# What the geometry of a scan of a patient can be (ours): beyond, a header is damaged.
SPACING_LIMITS_MM = (1e-3, 1e3)
MAX_POSITION_MM = 1e6

# What makes slices a regular stack (ours): the angle between the line of their positions and their normal,
# the share by which distances differ, and the distance, in usual ones, from which on a slice is missing.
MAX_TILT_DEG = 0.1
MAX_UNEVEN_SHARE = 0.01
GAP_FROM_STEPS = 1.5

# Tube voltages of a CT, kV: scanners have 60 to 150; the margin is for what is built yet.
KVP_LIMITS = (40.0, 200.0)

# How far apart the two transforms of a NIfTI header may put a volume's corners: rounding to single precision
# makes less.
MAX_TRANSFORM_DIFFERENCE_MM = 0.1

# What Hounsfield units can be (ours): a CT has air, fat or at least noise below water, spans more than a flat
# phantom, and even metal on the extended scale stays below the highest value of 16 bits.
HU_MUST_REACH_BELOW = 0.0
HU_LOW_SHARE = 0.001
HU_MIN_SPAN = 100.0
HU_LIMITS = (-32768.0, 32767.0)
# Compact bone and denser: 2 % of whole scans at the most, half of crops around a bone. Values without their
# intercept have tissue there.
DENSE_ABOVE_HU = 700.0
DENSE_SHARE = 0.6
# Padding has one value; what varies below air is not HU, but for streaks beside metal.
TOO_LOW_SHARE = 0.02
# A window that was applied: many voxels have the lowest value, and it is none that air has.
HU_CUT_OFF_ABOVE = -900.0
HU_CUT_OFF_SHARE = 0.05
# Most voxels of a slice change by nearly the same amount: no anatomy does that. Inside of small crops it may
# (lung to liver): what does not come back counts where slices hold air and tissue, and where it is about as
# much as a missing intercept (1000 HU).
SLICE_SHIFT_HU = 100.0
SLICE_SHIFT_TOLERANCE = 0.25
SLICE_SHIFT_SHARE = 0.6
SLICE_STEP_HU = 600.0
SLICE_RANGE_HU = 400.0

# Ours from here on: what a reader should look at besides.

# Texture compares a voxel with its neighbours: below about 5 x 5 x 4 voxels most of them lie at the rim.
FEW_VOXELS = 100
# With fewer planes along an axis no voxel has a neighbour on both sides.
FEW_PLANES = 3

# More empty slices in a row than this lie between two lesions rather than inside one.
MAX_GAP_SLICES = 4

# How far a contour may jump from slice to slice and back (mean along it) beyond what taper explains, in slice
# distances; but never less than in voxels of the slice: rasterizing alone makes it jump by about half a one.
JAGGED_SLICE_DISTANCES = 0.5
JAGGED_VOXELS = 1.0
# The part of the change over two slices that a smoothly curved cap may jump by.
JAGGED_TAPER_SHARE = 0.25
# A lesion is jagged when this share of the slices that can be judged jumps further, at least two (all, where
# there is one), or when one jumps twice as far: single ones that jump a little occur where lesions fork.
JAGGED_SLICES_SHARE = 0.2
JAGGED_SLICES = 2
JAGGED_ALONE_TIMES = 2.0

# Half-way between air and water.
AIR_BELOW_HU = -500.0
# Of the voxels that are not at the contour, where air and tissue share voxels.
AIR_WARN_SHARE = 0.05
# Aerated lung is darker, ground glass is not. A lesion is refused where more than half of it is as dark, both
# inside and at its contour: a cavity has a wall there, a nodule drawn too large in lung has none.
LUNG_BELOW_HU = -800.0
AIR_REFUSE_SHARE = 0.5
# Above compact bone; tooth enamel may reach it.
METAL_ABOVE_HU = 2000.0
METAL_WARN_SHARE = 0.001
# As many as voxels that hold no measurement: streaks reach further than the metal.
METAL_REFUSE_SHARE = BAD_VOXELS_REFUSE_SHARE

# Air around the body reads -1000 HU, lung and its emphysema more: cells below the first that reach the CT's
# side, of a mean below the second.
OUTSIDE_CELL_MM = 4.0
OUTSIDE_BELOW_HU = -900.0
OUTSIDE_MEAN_BELOW_HU = -960.0
# A contour along the skin shares voxels with the air.
OUTSIDE_WARN_SHARE = 0.05

# How SUV are made of a PET (the design's; ours where nothing is said). A dose below this is in MBq.
MAX_DOSE_IN_MBQ = 1e4
# Above these, weight is in g, and height in cm.
MAX_WEIGHT_KG = 1000.0
MAX_HEIGHT_M = 3.0
# Ours: below, there is no weight and no height, not even of a small animal.
MIN_WEIGHT_KG = 1e-3
MIN_HEIGHT_M = 1e-2
# Ours, wide: what a patient weighs, measures and is given; beyond these it is used, with a warning.
USUAL_WEIGHT_KG = (2.0, 300.0)
USUAL_HEIGHT_M = (0.4, 2.3)
USUAL_DOSE_BQ = (1e6, 5e9)
# FDG's nuclide lives 6586 s; headers say 6580 to 6600.
FDG_HALF_LIFE_S = (6450.0, 6720.0)
# From here on (89Zr, 64Cu) a time of day does not tell when the tracer was given.
LONG_HALF_LIFE_S = 11.5 * 3600
# What lies between administration and the moment that values are corrected to.
MIN_LAG_S = -3600.0
MAX_LAG_HALF_LIVES = 2.0
MAX_LAG_OVER_MIDNIGHT_S = 6 * 3600.0
# Two ways to the same moment differ by less.
MAX_TIMES_DIFFER_S = 60.0
# Ours: no scan takes longer, and none is corrected to a moment so long before it.
MAX_ACQUISITION_SPREAD_S = 6 * 3600.0
MAX_REFERENCE_LAG_S = 6 * 3600.0
# Philips's two factors lead to the same SUV.
MAX_FACTORS_DIFFER = 0.02

# What SUV can be (ours): noise may be a little below 0, and a full bladder or the place of injection above
# 100, but no large part of an image. Of 20 patients' PET, cropped to 5 cm around a tumor, nothing is below 0
# or above 30, and what takes up anything has a median of 0.37 to 1.6.
SUV_NEGATIVE = -1.0
SUV_NEGATIVE_SHARE = 0.05
SUV_HIGH = 100.0
SUV_HIGH_SHARE = 0.05
# The body: above this share of the 99th percentile. Its median is far from this where a dose, a weight or a
# time is wrong by much.
SUV_BODY_SHARE = 0.05
SUV_BODY_MEDIAN = (0.05, 20.0)

# By what share the sizes of voxels may differ along the axes of a filter (ours): headers round them.
MAX_UNEQUAL_SPACING_SHARE = 1e-3
