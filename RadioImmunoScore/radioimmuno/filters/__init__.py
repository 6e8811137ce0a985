"""Convolutional filters as the IBSI 2 reference manual defines them (Depeursinge et al., arXiv 2006.05470).

A filter is a frozen value; its response is a function of voxels and their spacing alone. `presets.named`
finds one by its name, `bank.responses` computes several on one image.
"""
