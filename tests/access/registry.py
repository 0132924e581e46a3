"""All rows: importing this module reads every file of the matrix."""

from . import auth, channel, growth, marketing, panel, practice, sales  # noqa: F401 - they fill ROWS
from .rows import ROWS, Row

__all__ = ["ROWS", "Row"]
