"""The office's own rules and use cases; every door and job asks here."""
