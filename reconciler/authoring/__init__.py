"""Definition files to `Desired`, every finding with its place. The only room that reads them."""

from __future__ import annotations

from reconciler.authoring.codes import CODES
from reconciler.authoring.loading import Loaded, load
from reconciler.authoring.project import ProjectNotFound

__all__ = ["CODES", "Loaded", "ProjectNotFound", "load"]
