"""The local truth: contacts, links, changes, conflicts."""
