"""One stroke or click on a CT -> the lesion in 3D; more strokes refine it; its axes as in RECIST."""
