"""Statistics: how people agree, and how well scores and cuts agree with them."""
