"""Composition: settings, urls, API mount, errors to HTTP, live stream, health."""
