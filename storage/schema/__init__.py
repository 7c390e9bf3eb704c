"""The tables, by noun. Times are integer microseconds since the epoch in UTC (``*_us``).

Queries live in one module per noun beside this package; nothing outside ``storage`` sees a table.
"""

from storage.schema import (
    appointments,
    contracts,
    documents,
    groupware,
    history,
    people,
    records,
    sign_ins,
)
from storage.schema.base import metadata

__all__ = [
    "appointments",
    "contracts",
    "documents",
    "groupware",
    "history",
    "metadata",
    "people",
    "records",
    "sign_ins",
]
