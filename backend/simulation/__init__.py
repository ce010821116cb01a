"""The proof: the real engine on real PostgreSQL against the HubSpot simulator, under a seeded story of trouble.

`python -m simulation --seeds 100` (or `./run simulate`) plays stories; docs/proof.md says what they prove.
"""
