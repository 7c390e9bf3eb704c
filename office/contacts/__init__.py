"""The office's contacts: what their cards say, what the office keeps beside them, and changes."""
