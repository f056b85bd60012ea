"""The REST that the pages talk to."""
