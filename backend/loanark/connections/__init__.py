"""A connected HubSpot account: credentials, request budget, mapping."""
