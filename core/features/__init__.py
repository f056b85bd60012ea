"""Feature spaces: pictures, sound or captions in, one row per pick out; one file a space."""
