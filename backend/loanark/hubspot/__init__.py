"""All that is known about HubSpot's HTTP interface. Nothing outside this package speaks to HubSpot.

client     one portal's CRM calls: contacts, properties, owners, account
oauth      install, refresh, revoke
signature  is this webhook really from HubSpot?
wire       HubSpot's texts to canonical values and back
models     what comes back; errors: what can go wrong
"""
