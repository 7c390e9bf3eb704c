"""Which customers somebody sees (U7), as SQL; ``office.visibility`` says the same of values."""


def sees(contact: str = "c") -> str:
    """Whether the user ``:viewer`` sees the contact of this alias."""
    return (
        f"({contact}.kind NOT IN ('customer', 'prospect') OR EXISTS (SELECT 1 FROM person sp"
        " WHERE sp.principal_id = :viewer AND (sp.visibility = 'all' OR (sp.visibility = 'own' AND"
        f" ({contact}.partner_id = sp.principal_id OR EXISTS (SELECT 1 FROM broker_release br"
        f" WHERE br.broker_id = {contact}.broker_id AND br.user_id = sp.principal_id))))))"
    )


SEES = sees()
"""Whether the user ``:viewer`` sees the contact of the row ``c``."""

MAY_KNOW_ESTATE = (
    "NOT EXISTS (SELECT 1 FROM node en JOIN block eb ON eb.node_id IN (en.id, en.parent_id)"
    " WHERE en.id = e.node_id AND eb.user_id = :viewer)"
)
"""Whether the property of the row ``e`` is not closed to the user ``:viewer``."""
