"""The REST API: for the office's own programs, with a device's credential."""
