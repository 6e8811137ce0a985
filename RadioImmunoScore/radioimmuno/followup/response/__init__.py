"""Response: RECIST 1.1, iRECIST and kin, over all lesions, those in the irradiated field, those out of it."""
