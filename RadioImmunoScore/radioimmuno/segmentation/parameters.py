"""Every number that decides what a stroke or a click becomes, each with its unit and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

Three = tuple[float, float, float]


@dataclass(frozen=True)
class Parameters:
    """The segmentation's parameters.

    Where nothing else stands they are ours; no source states them. Those of the click's fit and of the
    edge were chosen on ten real lesions (IBSI's CT phantom, LUNG1-001, eight sarcomas), how much field
    and edge weigh by segmenting sarcomas and simulated lesions with models fitted without their patients.
    "Share" is a part of the length that the comment names, "SD" a standard deviation; what has neither
    unit nor share counts (rounds, steps, samples) or is a weight of log likelihoods.
    """

    # The CT. What no tissue is (padding, values that are not numbers) counts as air: the lowest and highest
    # stored value of 12 bits, HU.
    lowest_hu: float = -1024.0
    highest_hu: float = 3071.0
    # Gaussians end after so many SDs: what lies beyond weighs 1 %.
    gaussian_sds: float = 2.5

    # The sphere. Each level halves the distance between directions: 3 makes 642, about 8 degrees apart.
    sphere_level: int = 3
    # Values between directions stand in a table of so many degrees, each from so many near directions.
    table_step_deg: float = 3.0
    table_neighbours: int = 4

    # Neighbouring rays. Share of neighbours that lie anywhere: an edge of the surface costs no more.
    jump_share: float = 1e-3
    # Belief propagation stops after so many rounds; half of each message is the old one (a usual damping).
    propagation_rounds: int = 16
    propagation_damping: float = 0.5

    # What a lesion is like before the CT is looked at: across the longest extent in an axial slice it is
    # narrower, through the slices about as long (shares of that extent). In other slices the longest extent
    # takes in the lesion's height: across and through it is more slender.
    width_share: float = 0.78
    height_share: float = 1.0
    slender_share: float = 0.66

    # The fit around a click. A radius's logarithm is near the guess's (SD); neighbouring rays' borders differ
    # by this share of the radius (SD).
    guess_sd: float = 0.3
    smoothness_share: float = 0.07
    # Noise is smoothed away over this share of the stroke's length (SD), and at least so many mm.
    blur_share: float = 0.025
    least_blur_mm: float = 1.0
    # Values are distinguished this far from the stroke's median: so many HU, or SDs of the values along the
    # stroke, of which an SD is at least the last, HU.
    span_hu: float = 250.0
    span_sds: float = 5.0
    least_sd_hu: float = 20.0
    # What is surely inside and outside, shares of the distance to the guess's surface.
    inside_share: float = 0.5
    outside_shares: tuple[float, float] = (1.3, 1.9)

    # Rays are sampled in so many equal steps, to so many radii of the guess.
    ray_steps: int = 48
    ray_reach_radii: float = 2.0
    # HU are counted in this many bins over the span; a histogram is blurred by so many bins (SD), as much as
    # noise and a small sample blur it.
    hu_bins: int = 52
    bin_blur_bins: float = 1.0
    # A value that is nowhere seen inside counts as seen this often: none proves anything for sure.
    least_frequency: float = 2e-3
    # What one value may prove (log likelihood ratio): that it is not of the lesion much, that it is only
    # little, because what looks like the lesion is often its neighbour: muscle, vessel, wall.
    most_against: float = 2.0
    most_in_favour: float = 0.2
    # Noise and texture are correlated: this share of the radius is as good as one independent value.
    independent_share: float = 0.14
    # The lesion's values: this weight for those along the stroke, the rest for what was found around it.
    core_weight: float = 0.9
    # The neighbourhood's values: shared so many times with neighbouring rays; those beyond weigh this much.
    outside_rounds: int = 6
    beyond_weight: float = 0.5
    # An edge counts up to this many times the usual change between samples: the median, and this weight of
    # the strong ones' (percentile).
    edge_limit: float = 2.0
    strong_percentile: float = 90
    strong_weight: float = 0.5
    # Where there is no CT there is rather no lesion (log likelihood ratio).
    not_measured: float = -1.0

    # The nearby edge, to which a surface is moved. Just enough blur against noise to find it (SD); bone
    # brighter than this is not needed to distinguish it from a lesion.
    edge_blur_mm: float = 0.7
    edge_highest_hu: float = 400.0
    # A voxel blurs an edge this many of its lengths each way (a gap); of a small lesion's radius at most this
    # share.
    gap_voxels: float = 1.0
    gap_share: float = 0.2
    # Levels are means of so many samples just inside and outside of the gap: to this share of the radius, and
    # so many gaps; shared so many times with neighbouring rays.
    level_samples: int = 8
    deep_share: float = 0.15
    beyond_gaps: float = 1.5
    level_rounds: int = 2
    # In so many turns so many gaps are searched each way, in so many steps; in a last turn the surface moves
    # so many gaps freely, by more rarely (SD in gaps); neighbours move alike within so many (SD).
    turns: int = 2
    search_gaps: float = 2.0
    search_steps: int = 36
    free_gaps: float = 0.3
    move_sd_gaps: float = 0.3
    alike_sd_gaps: float = 0.3
    # Steepness compares means over so many steps before and behind a border; as much as the levels differ
    # weighs this (log likelihood), more than that up to so many times.
    window_steps: int = 6
    steepness_weight: float = 4.0
    steepest: float = 2.0
    # The field's log odds count up to this each way, and along a whole stroke's length this many times.
    most_field: float = 1.5
    field_weight: float = 20.0
    # Differences of levels of this size begin to be trusted over noise; above the second they weigh more, to
    # so many times; none counts for more than the median of all.
    trusted_hu: float = 15.0
    strong_hu: float = 150.0
    strongest: float = 8.0
    # No border is nearer to the centre.
    least_radius_mm: float = 0.1
    # Blur moves the steepest place of a ball's edge inwards; no ball is taken for smaller than this radius.
    least_ball_mm: float = 4.0

    # The stroke. Its ends are at least so many voxels apart along some array axis; ends nearer than the
    # second along an array axis lie in one of its slices.
    least_voxels: float = 2.0
    in_slice_voxels: float = 0.5
    # How clear a border is (0 to 1): below this there is nothing.
    nothing_clarity: float = 0.02
    # Below this expected agreement with a reader (Dice coefficient, 0 to 1) the user is warned. Ours:
    # out of fold 4 of 5 results below 0.6 are under it, and one in eight of the others.
    unsure_agreement: float = 0.76
    # No lesion is larger than so many balls on the stroke, the latter where it lies in no axial slice.
    most_balls: float = 2.0
    most_balls_across: float = 1.25
    # The tube along the stroke that is taken for the lesion: radius (share of half the stroke), its ends left
    # out (share of the stroke), lines around it, samples on each.
    tube_radius_share: float = 0.15
    tube_end_share: float = 0.06
    tube_lines: int = 6
    tube_samples: int = 60

    # What a stroke runs through. HU of soft tissue; below the next is air, above the last bone. These are
    # foreign where more than this share of the stroke is soft tissue; of the stroke at least this share is
    # the lesion's own.
    soft_hu: tuple[float, float] = (-200.0, 200.0)
    air_hu: float = -300.0
    bone_hu: float = 250.0
    soft_among_air: float = 0.25
    soft_among_bone: float = 0.4
    # Or bone is foreign where soft tissue at either end is longer than the first, at both than the second
    # (shares of the stroke).
    soft_ends: tuple[float, float] = (0.08, 0.2)
    least_own_share: float = 0.15
    # Voxels of air or bone are not the lesion's beyond these HU (half the way from soft tissue to lung, or to
    # dense bone), in pieces of at least so many cc.
    outside_air_hu: float = -500.0
    outside_bone_hu: float = 350.0
    foreign_cc: float = 0.1

    # Features of places around a stroke. So many cubes are as long as the stroke; the grid reaches so far
    # along it, across it and through its slices (shares of its length); a lesion is no farther from either
    # end than the next share of it, in other slices by the one after farther.
    cells: int = 18
    grid_reach: Three = (0.82, 0.9, 1.2)
    lens_share: float = 1.06
    lens_growth: float = 0.12
    # HU are limited to this before they are averaged, and to so many from the lesion's own.
    soft_highest_hu: float = 600.0
    differing_hu: float = 300.0
    # Blurs (SD): near and far (shares of the stroke), and at least so many cubes.
    near_share: float = 0.05
    far_off_share: float = 0.1
    least_blur_cubes: float = 0.5
    # Bone is brighter than the first and by the second than the lesion, fat darker by the third.
    bright_hu: float = 180.0
    brighter_hu: float = 120.0
    darker_hu: float = -65.0
    # Frequencies of HU: bins, where the neighbourhood is counted (radii of the prior's ellipsoid), blur of
    # their ratio (SD, share of the stroke).
    ratio_bins: int = 50
    around_depths: tuple[float, float] = (1.25, 2.0)
    ratio_blur_share: float = 0.03
    # Ways start on this share of the stroke and have so many steps.
    way_share: float = 0.7
    way_steps: int = 5

    # Log odds are limited to this; they are blurred by this share of the stroke (SD); on rays they count up
    # to the last.
    most_log_odds: float = 6.9
    field_blur_share: float = 0.015
    most_on_ray: float = 2.0

    # The preview of a stroke: so many cubes are as long as it.
    preview_cells: int = 9

    # The click. Sizes that are tried: lengths from the first to the last, each so many times the one before.
    smallest_mm: float = 8.0
    largest_mm: float = 125.0
    growth: float = 1.35
    # So many of them that are the likeliest when looked at coarsely are looked at closely.
    closely: int = 3
    # A ball of this share of half the length around the click is taken for the lesion.
    ball_share: float = 0.3
    # Rounds of belief propagation.
    click_propagation_rounds: int = 5

    # Corrections: chosen on 20 sarcomas (first strokes by models fitted without their patients), lesions
    # painted around bone in their CT and simulated ones, and looked at on lung tumors. Errors of the surface
    # of first strokes are correlated by 0.80, 0.53, 0.28, 0.09 at 0.31, 0.56, 0.81, 1.06 radii of the ball
    # of the lesion's volume: Wendland's function of the first range, for a click. A stroke says which border
    # is wrong: what faces elsewhere has errors of its own (this power of half of 1 and the cosine between
    # normals, of distances blurred by a share of the range, SD, and no flatter than the next), what faces
    # alike is alike over the second range, and over no less than a share of the stroke's length. Computed on
    # a grid of this share of the range.
    click_range_radii: float = 1.8
    range_radii: float = 2.0
    facing_power: float = 2.0
    normal_blur_share: float = 0.1
    least_slope: float = 1e-3
    range_lengths: float = 0.5
    grid_share: float = 1 / 12
    # A stroke shows the error at so many places; its own variance is this share of the errors'.
    stroke_places: int = 7
    stroke_noise_share: float = 0.2
    # Along a stroke across what is missing the true surface is 0 away at the ends, this far in the middle;
    # across what is too much the stroke is this far outside at its ends and in its middle (shares of its
    # length, medians of the same lesions corrected by a simulated reader).
    added_depth_share: float = 0.3
    removed_end_share: float = 0.16
    removed_middle_share: float = 0.055
    # What is missing is a spheroid on its stroke besides: half as thick as this share of the stroke's length;
    # by up to the second thicker or thinner as the CT looks (weight per unit of log likelihood ratio), never
    # thinner than the last, nor thicker than long.
    added_width_share: float = 0.3
    added_width_span: float = 0.3
    added_width_weight: float = 0.5
    added_width_least: float = 0.02
    # What is missing reaches no farther beyond lesion and stroke than this many radii.
    margin_radii: float = 0.4
    # A border that is farther than so many radii from a point is not meant by it.
    farthest_radii: float = 1.0
    # How uncertain the surface is by the CT's slope across it: limited to so many HU each way, blurred by so
    # many mm (SD), at so many places of the surface at most, the mean of so many neighbours. At this slope
    # (HU per mm) the SD is halfway to its least share. Measured SDs of first segmentations, in radii: real
    # tumors in lung .38 below 2 HU per mm, .18 at 7, .11 above 20; simulated .18, .13, .06.
    edge_span_hu: float = 250.0
    edge_sd_blur_mm: float = 2.0
    edge_places: int = 4000
    edge_neighbours: int = 8
    edge_slope: float = 6.0
    least_edge_sd: float = 0.35
    # Edges count for less nearer to a gesture than about a third of so many lengths of a stroke, or radii
    # for a click.
    shown_lengths: float = 1.0
    shown_radii: float = 1.0
    # Intensity: HU up to so many each way, in bins, smoothed over so many mm (SD). The lesion's and
    # the neighbourhood's are counted where the correction is this share of its largest and the surface is so
    # many radii away; how much more often they are the lesion's is smoothed over so many radii (SD).
    intensity_span_hu: float = 250.0
    intensity_bins: int = 52
    intensity_blur_mm: float = 0.7
    intensity_near_share: float = 0.15
    intensity_inside_radii: float = 0.15
    intensity_outside_radii: float = 0.1
    intensity_smooth_radii: float = 0.05
    # Its weight (per unit of log likelihood ratio), and by how many times itself a correction that is not
    # certain becomes larger or smaller by it at most.
    intensity_weight: float = 0.25
    intensity_share: float = 1.0


PARAMETERS = Parameters()
