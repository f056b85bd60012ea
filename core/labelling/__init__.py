"""Labelling: events and their fold, annotation protocols, conversions to scores, signs of attention."""
