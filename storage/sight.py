"""Which customers somebody sees (U7), as SQL; ``office.visibility`` says the same of values."""

SEES = (
    "(c.kind NOT IN ('customer', 'prospect') OR EXISTS (SELECT 1 FROM person sp"
    " WHERE sp.principal_id = :viewer AND (sp.visibility = 'all' OR (sp.visibility = 'own' AND"
    " (c.partner_id = sp.principal_id OR EXISTS (SELECT 1 FROM broker_release br"
    " WHERE br.broker_id = c.broker_id AND br.user_id = sp.principal_id))))))"
)
"""Whether the user ``:viewer`` sees the contact of the row ``c``."""
