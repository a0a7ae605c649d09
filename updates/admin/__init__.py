"""The staff's side of updates: digests composed and sent, lists brought in and taken out, addresses without mail."""

from updates.admin import digests, lists, reach

__all__ = ["digests", "lists", "reach"]
