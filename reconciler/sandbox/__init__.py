"""The embedded platform: answers like the hosted API and the registry, from a local file.

Importing this loads no web server; `serve` does.
"""

from __future__ import annotations

from .fault_rules import rule_from_text
from .server import Server, serve

__all__ = ["Server", "rule_from_text", "serve"]
