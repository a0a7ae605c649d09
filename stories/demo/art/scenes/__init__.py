"""Hold the programs of the scenes, one module a story."""
