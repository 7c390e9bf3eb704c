"""Appointments and tasks of the office: tied to contacts and properties."""
