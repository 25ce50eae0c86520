"""The gateway's transport compression: one continuous stream per connection."""

import zlib
from typing import Protocol

import zstandard


class Stream(Protocol):
    """Turns each message into the bytes that continue a connection's stream."""

    def compress(self, text: str) -> bytes:
        """The stream's next bytes, flushed so that they can be read at once."""
        ...


class ZlibStream:
    """`compress=zlib-stream`: one zlib context, each message ended by a sync flush."""

    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def compress(self, text: str) -> bytes:
        """The stream's next bytes, ending in 00 00 FF FF."""
        return self._context.compress(text.encode()) + self._context.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`compress=zstd-stream`: one zstandard frame, each message ended by a block flush."""

    def __init__(self) -> None:
        self._context = zstandard.ZstdCompressor().compressobj()

    def compress(self, text: str) -> bytes:
        """The stream's next bytes, ending with a whole block."""
        started = self._context.compress(text.encode())
        return started + self._context.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def stream_for(name: str | None) -> Stream | None:
    """The stream a connection asked for; none is plain text."""
    streams: dict[str, type[ZlibStream] | type[ZstdStream]] = {
        "zlib-stream": ZlibStream,
        "zstd-stream": ZstdStream,
    }
    return streams[name]() if name in streams else None
