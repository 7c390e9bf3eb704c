"""A PostgreSQL server for the tests that run whole programs on both databases."""

from tests.databases import postgres

__all__ = ["postgres"]
