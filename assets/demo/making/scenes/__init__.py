"""Scene kinds: each draws one place or event on the canvas for a time t in seconds."""
