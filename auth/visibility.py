"""Visibility (Sichtbarkeit): which customers a user sees. Set per user; no group grants it."""

from enum import StrEnum

from storage import instance
from storage.store import Unit, WriteUnit

_OF_NEW_USERS = "users.visibility"


class Visibility(StrEnum):
    """What is seen of customers and prospects; ``office.visibility`` has the rule."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


def of_new_users(unit: Unit) -> Visibility:
    """What a new user sees: their own customers, unless the office chose otherwise."""
    return Visibility(instance.find(unit, _OF_NEW_USERS) or Visibility.OWN)


def set_of_new_users(unit: WriteUnit, visibility: Visibility) -> None:
    """Choose what users see who are made from now on."""
    instance.put(unit, _OF_NEW_USERS, visibility)
