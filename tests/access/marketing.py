"""The marketing face (marketing.md)."""
