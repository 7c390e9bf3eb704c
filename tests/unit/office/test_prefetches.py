"""The listings that a process remembers."""

from office.prefetches import SETTLED_US, Listing, Listings


def test_only_settled_listings_are_taken_and_each_once() -> None:
    listings = Listings()
    old, new = Listing(0, 1, "a"), Listing(10, 1, "b")
    listings.add(old)
    listings.add(new)

    assert listings.take_settled(SETTLED_US) == [old]
    assert listings.take_settled(SETTLED_US) == []
    assert listings.take_all() == [new]
    assert not listings


def test_memory_is_bounded() -> None:
    listings = Listings()
    for i in range(10_000):
        listings.add(Listing(i, 1, "a"))

    assert len(listings) == 4096
