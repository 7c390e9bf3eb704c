from itertools import product

import pytest

from auth.visibility import Visibility
from office.visibility import CustomerTies, sees_customer

ANNA, JONAS, MIA = 1, 2, 3


@pytest.mark.parametrize("partner", [None, ANNA, JONAS])
@pytest.mark.parametrize("released", [(), (ANNA,), (JONAS,), (ANNA, MIA)])
@pytest.mark.parametrize("visibility", Visibility)
def test_every_customer(
    visibility: Visibility, partner: int | None, released: tuple[int, ...]
) -> None:
    ties = CustomerTies(partner, released)

    assert (
        sees_customer(visibility, ANNA, ties)
        == {
            "all": True,
            "own": partner == ANNA or ANNA in released,
            "none": False,
        }[visibility.value]
    )


def test_none_sees_nothing_even_if_assigned() -> None:
    for partner, released in product((ANNA, None), ((ANNA,), ())):
        assert not sees_customer(Visibility.NONE, ANNA, CustomerTies(partner, released))
