"""What the tests that run whole programs share: a PostgreSQL server, and offices that run."""

from tests.databases import postgres
from tests.e2e.offices import anna, estate, folder, jonas, make_client, office

__all__ = ["anna", "estate", "folder", "jonas", "make_client", "office", "postgres"]
