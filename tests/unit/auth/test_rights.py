from auth.rights import ADMINISTRATION, GROUPS, KOLLABORATION, FunctionRight, rights_of


def test_administration_may_everything_without_a_row() -> None:
    assert rights_of(frozenset({ADMINISTRATION.name}), None) == set(FunctionRight)


def test_others_may_what_is_stored() -> None:
    groups = frozenset({KOLLABORATION.name})

    assert rights_of(groups, None) == frozenset()
    assert rights_of(groups, "edit-documents,send-offers,edit-documents") == {
        FunctionRight.EDIT_DOCUMENTS,
        FunctionRight.SEND_OFFERS,
    }


def test_a_right_that_this_version_does_not_know_gives_nothing() -> None:
    assert rights_of(frozenset(), "open-the-safe,edit-documents") == {FunctionRight.EDIT_DOCUMENTS}


def test_groups_are_the_four_of_every_office() -> None:
    assert [each.name for each in GROUPS] == [
        "administration",
        "verwaltung",
        "mitarbeiter",
        "kollaboration",
    ]
