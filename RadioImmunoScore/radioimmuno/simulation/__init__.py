"""Simulated patients: CT with lesions whose infiltration is known, to demonstrate, train on and measure with.

They are drawn from formulas, not from anybody's images, and mean nothing clinically.
"""
