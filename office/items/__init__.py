"""Calendar and address objects: read, checked, mended and indexed, without any I/O.

The bytes stay a client's own wherever they can; what is kept beside them tells without the text
when an object happens and what it is called.
"""

from office.items.budgets import Budget
from office.items.calendar_objects import read_calendar_object
from office.items.collations import fold
from office.items.errors import InvalidItemError, Precondition, TooManyInstancesError
from office.items.expansion import expanded, instances
from office.items.free_busy import BusyInterval, BusyKind, busy_intervals
from office.items.indexed import AddressObject, CalendarObject, IndexColumns, Indexed
from office.items.limits import DEFAULT_LIMITS, ItemLimits
from office.items.occurrences import Occurrence, occurrences, occurs_in
from office.items.vcards import read_address_object

__all__ = [
    "DEFAULT_LIMITS",
    "AddressObject",
    "Budget",
    "BusyInterval",
    "BusyKind",
    "CalendarObject",
    "IndexColumns",
    "Indexed",
    "InvalidItemError",
    "ItemLimits",
    "Occurrence",
    "Precondition",
    "TooManyInstancesError",
    "busy_intervals",
    "expanded",
    "fold",
    "instances",
    "occurrences",
    "occurs_in",
    "read_address_object",
    "read_calendar_object",
]
