"""Files for a short time: what an export or the journal leaves behind an address that needs no credentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hubspot_simulator import errors
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator


@dataclass(frozen=True, slots=True)
class File:
    """Made when it is fetched, so that nothing large waits in memory."""

    make: Callable[[], bytes]
    content_type: str
    expires: int
    signed: bool


class Files:
    """Addresses that were handed out."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._files: dict[str, File] = {}

    def offer(
        self, name: str, make: Callable[[], bytes], content_type: str, lifetime_ms: int, *, signed: bool = False
    ) -> tuple[str, int]:
        """A new address for a file, and when it ends. Whoever knows the address may read it until then.

        ``signed``: the address is its own credential and takes no other (docs: webhooks journal entries).
        """
        now = self._simulator.clock.now_ms()
        self._files = {key: file for key, file in self._files.items() if file.expires > now}
        expires = now + lifetime_ms
        key = f"{self._simulator.new_secret('file')}/{name}"
        self._files[key] = File(make, content_type, expires, signed)
        return f"{self._simulator.base_url}/_files/{key}", expires

    def serve(self, request: Request, rest: tuple[str, ...]) -> Response:
        if request.method != "GET":
            raise errors.not_found()
        file = self._files.get("/".join(rest))
        if file is None or file.expires <= self._simulator.clock.now_ms():
            raise ApiError(403, "Access denied: the address is unknown or has expired")
        if file.signed and "authorization" in request.headers:
            raise ApiError(400, "Only one auth mechanism allowed: this address is signed")
        return Response(200, file.make(), content_type=file.content_type)
