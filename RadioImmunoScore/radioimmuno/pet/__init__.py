"""PET: standardized uptake values and what is measured of them."""
