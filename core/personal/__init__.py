"""Curves as one person would draw them, learned from that person's labels alone. Three ways behind one interface.

    gaussian_process   the posterior of a Gaussian process over what is shown, given the labels; closed form
    ridge              a linear function of features and signals
    conditioned        SummDiff with a learned vector a person

A `Way` learns a `PersonModel` from labelled videos, which gives curves of any other video. `choosing` measures which
way is best for somebody on videos that it did not learn from, and `teaching` which video they should label next.
Only people whose name means the same person in every video are meant (`core.data.people.AnnotationSet.persons`).
"""

KIND, LABEL = "personal", "As one person would cut it"  # of runs
