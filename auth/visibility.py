"""Visibility (Sichtbarkeit): which customers a user sees. Set per user; no group grants it."""

from enum import StrEnum


class Visibility(StrEnum):
    """What is seen of customers and prospects; ``office.visibility`` has the rule."""

    ALL = "all"
    OWN = "own"
    NONE = "none"
