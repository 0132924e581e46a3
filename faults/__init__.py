"""Long runs that break things on purpose and count what is left. `make fault` runs them."""
