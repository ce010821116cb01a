"""One person, one contact: duplicates found, merged, and unmerged."""
