from auth.rights import (
    ADMINISTRATION,
    GROUPS,
    KOLLABORATION,
    MITARBEITER,
    VERWALTUNG,
    FunctionRight,
    rights_of,
)


def test_administration_may_everything() -> None:
    assert rights_of(frozenset({ADMINISTRATION.name})) == set(FunctionRight)


def test_mitarbeiter_edit_and_kollaboration_only_reads() -> None:
    assert FunctionRight.EDIT_DOCUMENTS in rights_of(frozenset({MITARBEITER.name}))
    assert rights_of(frozenset({KOLLABORATION.name})) == frozenset()


def test_a_user_has_the_union_of_the_groups() -> None:
    both = rights_of(frozenset({VERWALTUNG.name, MITARBEITER.name}))

    assert both == VERWALTUNG.rights | MITARBEITER.rights
    assert FunctionRight.SEE_TRACKING not in both


def test_no_group_and_an_unknown_one_give_nothing() -> None:
    assert rights_of(frozenset()) == rights_of(frozenset({"chefs"})) == frozenset()


def test_groups_are_the_four_of_every_office() -> None:
    assert [each.name for each in GROUPS] == [
        "administration",
        "verwaltung",
        "mitarbeiter",
        "kollaboration",
    ]
