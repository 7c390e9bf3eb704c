"""Tests. Never part of the wheel."""
