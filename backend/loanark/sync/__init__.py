"""The shell around the core: hints, reading, applying, runs."""
