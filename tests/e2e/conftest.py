"""What the tests that run whole programs share: a PostgreSQL server, and offices that run."""

from tests.databases import postgres
from tests.e2e.accounts import (
    book,
    calendar,
    connect,
    other_calendar,
    site,
    task_list,
    vera,
)
from tests.e2e.offices import anna, estate, folder, jonas, make_client, office

__all__ = [
    "anna",
    "book",
    "calendar",
    "connect",
    "estate",
    "folder",
    "jonas",
    "make_client",
    "office",
    "other_calendar",
    "postgres",
    "site",
    "task_list",
    "vera",
]
