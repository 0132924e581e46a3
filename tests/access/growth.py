"""The growth face (growth.md)."""
