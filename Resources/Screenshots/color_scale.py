"""Draw the colors of scores as eyes see them that lack one kind of cone: color-scale.png beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path[:0] = [str(REPOSITORY / "RadioImmunoScore"), str(REPOSITORY / "Testing/Python/science/signature")]

from color_vision import VISIONS, seen  # noqa: E402

from radioimmuno.signature.color_scale import ColorScale  # noqa: E402

SCORES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0, None)
LEFT, WIDTH, ROW, HEIGHT, BAR, RADIUS, OUTLINE = 190, 1000, 150, 130, 36, 34, 5
FILL_OPACITY = 0.5
TEXT = (40, 40, 40)


def main() -> None:
    """A strip for each vision: the scale, and lesions over the grays of a CT, half see-through."""
    strip = _strip(ColorScale(0.0, 1.0))
    picture = np.ones((len(VISIONS) * ROW + 40, LEFT + WIDTH + 20, 3))
    for n, vision in enumerate(VISIONS):
        picture[n * ROW + 10 : n * ROW + 10 + HEIGHT, LEFT : LEFT + WIDTH] = seen(strip, vision)
    image = Image.fromarray(np.round(255 * picture).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(22)
    for n, vision in enumerate(VISIONS):
        draw.text((10, n * ROW + 60), vision, TEXT, font)
    step = WIDTH / len(SCORES)
    for n, score in enumerate(SCORES):
        text = "no score" if score is None else "median" if score == 0.5 else f"{score:g}"
        draw.text((LEFT + (n + 0.5) * step, len(picture) - 34), text, TEXT, font, "ma")
    image.save(HERE / "color-scale.png")


def _strip(scale: ColorScale) -> np.ndarray:
    picture = np.empty((HEIGHT, WIDTH, 3))
    picture[:BAR] = [scale.rgb(x / (WIDTH - 1)) for x in range(WIDTH)]
    # Each lesion on dark gray as well as on light gray.
    picture[BAR:] = np.linspace(0.15, 0.95, HEIGHT - BAR)[:, None, None]
    rows, columns = np.indices(picture.shape[:2])
    for n, score in enumerate(SCORES):
        center = (BAR + HEIGHT) / 2, (n + 0.5) * WIDTH / len(SCORES)
        distance = np.hypot(rows - center[0], columns - center[1])
        color = np.array(scale.rgb(score))
        inside, edge = distance < RADIUS, (distance >= RADIUS) & (distance < RADIUS + OUTLINE)
        picture[inside] += FILL_OPACITY * (color - picture[inside])
        picture[edge] = color
    return picture


if __name__ == "__main__":
    main()
