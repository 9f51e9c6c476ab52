"""What the reading room shows, as values: words, times, geometry, feeds. Its Datasette plugins only carry them."""

from __future__ import annotations

from pathlib import Path


def site_dir() -> Path:
    """Datasette's configuration folder: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_site"
    return installed if installed.is_dir() else package.parent / "datasette"
