"""Benchmarks: what docs and quality bars say of speed and weight, measured. Run all with `python -m bench`."""
