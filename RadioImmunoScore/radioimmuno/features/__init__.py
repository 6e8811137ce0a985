"""The 3D features of IBSI 1: one file a family, one catalog of all names."""
