"""The words of a film: what is said around a moment, moments that answer a query, chapters with titles."""
