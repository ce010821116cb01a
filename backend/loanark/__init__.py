"""LoanArk CRM Sync: a company's contacts, the same in its own PostgreSQL and in HubSpot."""
