"""What categories of published data sets are called where they are only codes."""

from __future__ import annotations

# The ten of TVSum, whose capitals its authors chose the codes from.
TVSUM = {
    "VT": "changing Vehicle Tire",
    "VU": "getting Vehicle Unstuck",
    "GA": "Grooming an Animal",
    "MS": "Making Sandwich",
    "PK": "ParKour",
    "PR": "PaRade",
    "FM": "Flash Mob gathering",
    "BK": "BeeKeeping",
    "BT": "attempting Bike Tricks",
    "DS": "Dog Show",
}


def spelt_out(category: str) -> str:
    """A category as people read it, its code in brackets: "changing Vehicle Tire (VT)". Others stay as they are."""
    name = TVSUM.get(category)
    return f"{name} ({category})" if name else category
