"""Demo data of the engine's faces (DESIGN section 9): one module per kind of team, each with `run()`, each idempotent."""
