"""Makes live Claude Managed Agents equal to folders in git, and registers them in Ntropii."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__"]
