"""The sales face (sales.md)."""
