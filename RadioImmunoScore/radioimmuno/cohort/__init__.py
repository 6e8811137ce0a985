"""Cohorts: many patients measured into one table, side by side on one machine or on many."""
