"""Entries of tests are given their features as they are easiest to write down."""


def in_spaces(values):
    """The fields of an entry, its features by the space that they are of."""
    features, text, more = (values.pop(name, None) for name in ("features", "text_features", "more"))
    values["feature_space"] = None if features is None else values.get("feature_space")
    values["text_space"] = None if text is None else values.get("text_space")
    given = {values["feature_space"]: features, values["text_space"]: text, **(more or {})}
    return values | {"features": {space: rows for space, rows in given.items() if rows is not None}}
