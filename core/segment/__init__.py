"""Shots: where the picture changes, to the frame, and which pictures show nothing."""
