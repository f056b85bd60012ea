"""The terminal's side of the verbs: arguments, progress bars, tables."""
