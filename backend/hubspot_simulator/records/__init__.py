"""An account's records and their definitions: what is kept, what may be written, and the endpoints for both."""
