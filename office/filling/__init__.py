"""Filling an office with what it has: folders of documents, vCards, calendars.

Everything goes in as a person's own act, one transaction for each document or few objects; what
is refused is told and the rest goes on. Doing it again makes nothing twice.
"""
