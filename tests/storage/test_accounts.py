"""Links instead of passwords."""

from __future__ import annotations

import pytest

from core.errors import ConflictError, InputError, NotFoundError


def test_without_a_lead_everybody_comes_in(library):
    library.annotations.get_or_create_annotator("Ada")
    assert not library.accounts.closed()
    assert [(one.name, one.role, one.invited) for one in library.accounts.list()] == [("Ada", "annotator", False)]


def test_the_first_link_is_a_leads(library):
    with pytest.raises(ConflictError, match="lead"):
        library.accounts.invite("Ada")
    assert library.accounts.find("Ada") is None, "nothing is half done"
    library.accounts.invite("Lea", "lead")
    assert library.accounts.closed()
    library.accounts.invite("Ada")
    assert library.accounts.find("Ada").role == "annotator"


def test_a_link_opens_until_there_is_a_new_one(library):
    old = library.accounts.invite("Lea", "lead")
    assert library.accounts.enter(old).name == "Lea"
    new = library.accounts.invite("Lea")
    assert library.accounts.enter(old) is None
    assert library.accounts.enter(new).role == "lead"
    assert library.accounts.enter("guessed") is None


def test_somebody_whose_link_is_taken_away_keeps_their_labels(library):
    library.accounts.invite("Lea", "lead")
    key = library.accounts.invite("Ada")
    library.accounts.revoke("Ada")
    assert library.accounts.enter(key) is None
    assert library.annotations.annotator("Ada") is not None
    with pytest.raises(NotFoundError):
        library.accounts.revoke("Nobody")


def test_the_last_lead_stays_as_long_as_others_have_links(library):
    library.accounts.invite("Lea", "lead")
    library.accounts.invite("Ada")
    with pytest.raises(ConflictError):
        library.accounts.revoke("Lea")
    with pytest.raises(ConflictError):
        library.accounts.invite("Lea", "annotator")
    library.accounts.revoke("Ada")
    library.accounts.revoke("Lea")
    assert not library.accounts.closed()


def test_a_role_must_be_one(library):
    with pytest.raises(InputError):
        library.accounts.invite("Lea", "boss")


@pytest.mark.sqlite
def test_the_key_itself_is_not_kept(library):
    key = library.accounts.invite("Lea", "lead")
    assert key.encode() not in (library.data_dir / "manycut.db").read_bytes()
