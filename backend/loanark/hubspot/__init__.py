"""All that is known about HubSpot's HTTP interface. Nothing outside this package speaks to HubSpot.

client       one portal's calls: contacts (`contacts`, `whereabouts`), properties, exports, owners, account
journal      what happened in all portals, by the app's own credentials
oauth        install, refresh, revoke
signature    is this webhook really from HubSpot?

batches      many inputs in a request, and what became of each
transport    one request: its turn (`gate`), its token, its attempts, and what the answer means
             (`statuses`, `reply`, `refusals`)

wire         HubSpot's texts to canonical values and back
models       what comes back; errors: what can go wrong, and what to do then
"""
