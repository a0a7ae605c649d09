"""Watch moving pictures for flashes, as WCAG 2.3.1 defines them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 9, 16
SWING = 0.1
"""A change of relative luminance that counts, of a possible 1."""


class FlashWatch:
    """Count swings of light over a grid of cells: two opposing ones make a flash.

    WCAG allows three flashes a second over a quarter of the middle of the view; counting in every
    cell by itself, however small and however bright, is the stricter measure.
    """

    def __init__(self, fps: float) -> None:
        self.fps = fps
        self.light: list[NDArray[np.float64]] = []

    def see(self, rgb: NDArray[np.uint8]) -> None:
        """Take a frame in; its height and width must be whole multiples of the grid's."""
        height, width = rgb.shape[:2]
        blocks = rgb.reshape(ROWS, height // ROWS, COLUMNS, width // COLUMNS, 3)
        cells = blocks.mean(axis=(1, 3)) / 255
        linear = np.where(cells <= 0.04045, cells / 12.92, ((cells + 0.055) / 1.055) ** 2.4)
        self.light.append(linear @ np.array([0.2126, 0.7152, 0.0722]))

    def worst(self) -> tuple[int, float]:
        """Give the most swings of a cell within a second, and the largest step of one frame."""
        light = np.array(self.light)
        most = 0
        for cell in light.reshape(len(light), -1).T:
            times: list[float] = []
            turn, way = float(cell[0]), 0
            for frame, value in enumerate(cell):
                step = value - turn
                if abs(step) >= SWING and np.sign(step) != way:
                    way, turn = int(np.sign(step)), float(value)
                    times.append(frame / self.fps)
                elif way * step > 0:
                    turn = float(value)
            for number, time in enumerate(times):
                most = max(most, sum(time <= other < time + 1 for other in times[number:]))
        return most, float(np.abs(np.diff(light, axis=0)).max())
