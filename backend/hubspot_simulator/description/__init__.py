"""What the simulator answers, as OpenAPI 3.1: one document for each API version.

Our own words, names and ids. Requests are described as the simulator takes them, answers as it gives them, closed:
a field that is not here is never sent. The description is also a part of the simulator: `find` and `check` hold
requests to it.
"""

from hubspot_simulator.description.document import VERSIONS, describe
from hubspot_simulator.description.find import Found, find

__all__ = ["VERSIONS", "Found", "describe", "find"]
