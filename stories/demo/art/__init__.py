"""Draw the illustrations of the demo stories: programs, layered SVG, painted pictures."""
