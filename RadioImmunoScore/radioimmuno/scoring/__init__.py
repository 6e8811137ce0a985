"""Scores of lesions by a signature, and what they are together: the patient."""
