"""Builds everything and runs it: command line, gate, router, HTTP servers. Nobody imports it."""
