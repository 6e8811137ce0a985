"""What a reader should look at before a lesion is scored: checks of mask and CT, and repairs.

Checks return findings, none changes anything. Repairs give new lesions and are never applied unasked.
"""
