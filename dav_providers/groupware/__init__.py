"""Calendars, task lists and address books over CalDAV and CardDAV (RFC 4791, 6352, 6578)."""
