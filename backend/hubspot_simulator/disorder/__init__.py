"""Disorder on command: faults of requests, someone else at work, and what of it is on just now."""
