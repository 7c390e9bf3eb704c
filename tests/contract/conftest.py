"""What a store promises is tested on both databases: every test here runs twice."""

from tests.databases import database_url, postgres, sqlite_template, store

__all__ = ["database_url", "postgres", "sqlite_template", "store"]
