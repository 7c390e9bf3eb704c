"""The pages: set-up, console, self-service."""
