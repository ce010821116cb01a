"""Organisations, people, roles, and the doors to their data."""
