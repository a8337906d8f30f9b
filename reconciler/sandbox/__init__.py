"""The embedded platform: answers like the hosted API and the registry, from a local file.

Importing this loads no web server; `serve` does.
"""

from __future__ import annotations

from .server import Server, serve

__all__ = ["Server", "serve"]
