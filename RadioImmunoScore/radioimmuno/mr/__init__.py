"""MR: what makes intensities of different scans comparable."""
