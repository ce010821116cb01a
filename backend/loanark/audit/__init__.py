"""Who did what, when, from where: a chain that cannot be changed unnoticed, and everything that reads it."""
