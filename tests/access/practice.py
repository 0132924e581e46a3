"""The practice face (practice.md)."""
