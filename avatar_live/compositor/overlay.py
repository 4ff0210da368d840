"""Overlays of the show: the host's name, the score of the game, a gift's banner, whose the avatar is, the panic card.

All sizes follow the picture's height, or its width where that is small, so the same overlay serves 360p, 1080p and a
phone held upright.
"""

from collections import deque
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from avatar_live.compositor.icons import draw_icon
from avatar_live.compositor.inset import Inset, draw_inset
from avatar_live.compositor.sprite import Sprite, blend, draw_text, sprite_of
from avatar_live.fonts import shorten, text_width
from avatar_live.protocol.view import GameView

BANNER_S: Final = 4.0
BANNER_SLIDE_S: Final = 0.25
BANNERS_WAITING_MAX: Final = 20  # a storm of gifts shows the newest; the page lists them all
TITLE_CHARACTERS_MAX: Final = 40

_INK: Final = (12, 14, 28, 190)
_FAINT_INK: Final = (12, 14, 28, 120)
_WHITE: Final = (255, 255, 255, 255)
_RED: Final = (255, 92, 106, 255)
_BLUE: Final = (76, 150, 255, 255)
_SUPERSAMPLING: Final = 3


class Overlay:
    """Keep what stands over the picture: feed it banners and scores, then `compose`."""

    def __init__(self, title: str, credit: str = "") -> None:
        self.title = title[:TITLE_CHARACTERS_MAX]
        self.credit = credit  # who made the avatar, where its licence asks for that
        self.score: tuple[int, int] = (0, 0)
        self.is_panic = False
        self.guest: Inset | None = None  # somebody's camera or screen, where the host placed it
        self._banners: deque[tuple[str, str]] = deque(maxlen=BANNERS_WAITING_MAX)
        self._shown: tuple[str, str] | None = None
        self._shown_since_s = 0.0

    def show_banner(self, text: str, icon: str) -> None:
        """Queue a banner; `icon` is a gift's id."""
        self._banners.append((text, icon))

    def show_game(self, game: GameView) -> None:
        """Take the score."""
        self.score = (game.score_red, game.score_blue)

    def banner_at(self, now_s: float) -> tuple[str, str, float] | None:
        """Return the banner's text, icon and how far it has slid in (0..1); when its time is up, the next one's."""
        if self._shown is not None and now_s - self._shown_since_s >= BANNER_S:
            self._shown = None
        if self._shown is None and self._banners:
            self._shown, self._shown_since_s = self._banners.popleft(), now_s
        if self._shown is None:
            return None
        age_s = now_s - self._shown_since_s
        return *self._shown, float(np.clip(min(age_s, BANNER_S - age_s) / BANNER_SLIDE_S, 0.0, 1.0))


def compose(drawn: NDArray[np.uint8], overlay: Overlay, now_s: float) -> NDArray[np.uint8]:
    """Return the outgoing picture, BGRA (height, width, 4), in memory of its own."""
    height, width = drawn.shape[:2]
    if overlay.is_panic:
        return panic_card(width, height)
    picture = drawn.copy()
    if overlay.guest is not None:
        draw_inset(picture, overlay.guest)
    # Everything stands low: players of the stream put their own signs along the top.
    tall, wide = _measures(width, height)
    margin = tall // 28
    board = _score_board(*overlay.score, tall)
    floor_px = height - margin - board.height_px
    blend(picture, board, width - margin - board.width_px, floor_px)
    if overlay.title:
        blend(picture, _title_plate(overlay.title, tall, wide), margin, floor_px)
    if overlay.credit:
        credit = _credit_line(overlay.credit, tall, width - 3 * margin - board.width_px)
        bottom_px = floor_px - margin // 4 if overlay.title else height - margin
        blend(picture, credit, margin, bottom_px - credit.height_px)
    banner = overlay.banner_at(now_s)
    if banner is not None:
        text, icon, slid = banner
        pill = _banner_pill(text, icon, tall, wide)
        eased = 1.0 - (1.0 - slid) ** 3
        blend(picture, pill, round(margin - (margin + pill.width_px) * (1.0 - eased)), round(height * 0.55), eased)
    return picture


def _measures(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the height that sizes follow, and how wide a plate may be: half the picture, more in an upright one."""
    tall_px = min(height_px, width_px * 3 // 4)
    return tall_px, max(width_px // 2, tall_px * 8 // 9)


def panic_card(width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Return the card that stands in for the host: no part of the stage shows through it."""
    return _panic_card(width_px, height_px).copy()


@lru_cache(maxsize=4)
def _panic_card(width_px: int, height_px: int) -> NDArray[np.uint8]:
    image = Image.new("RGB", (width_px, height_px), (20, 22, 40))
    glow = Image.new("RGB", (width_px, height_px), (20, 22, 40))
    draw = ImageDraw.Draw(glow)
    draw.ellipse((width_px * 0.2, height_px * 0.5, width_px * 0.8, height_px * 1.5), fill=(74, 58, 140))
    image = Image.blend(image, glow.filter(ImageFilter.GaussianBlur(height_px / 6)), 0.9)
    draw = ImageDraw.Draw(image)
    text, size_px = "Back in a moment", _measures(width_px, height_px)[0] // 10
    draw_text(draw, text, (width_px - text_width(text, size_px)) // 2, height_px // 2, size_px, _WHITE)
    card = np.full((height_px, width_px, 4), 255, np.uint8)
    card[..., :3] = np.asarray(image)[..., ::-1]
    return card


@lru_cache(maxsize=4)
def _title_plate(title: str, height_px: int, width_px_max: int) -> Sprite:
    tall, size_px = height_px // 13, height_px // 24
    title = shorten(title, size_px, width_px_max - tall)
    width = text_width(title, size_px) + tall + tall // 4
    image = _pill(width, tall, _INK)
    draw = ImageDraw.Draw(image)
    dot = tall // 6
    draw.ellipse((tall // 2 - dot, tall // 2 - dot, tall // 2 + dot, tall // 2 + dot), fill=_RED)
    draw_text(draw, title, tall - tall // 8, tall // 2, size_px, _WHITE)
    return sprite_of(image)


@lru_cache(maxsize=4)
def _credit_line(credit: str, height_px: int, width_px_max: int) -> Sprite:
    tall, size_px = height_px // 20, height_px // 36
    credit = shorten(credit, size_px, width_px_max - tall)
    image = _pill(text_width(credit, size_px) + tall, tall, _FAINT_INK)
    draw_text(ImageDraw.Draw(image), credit, tall // 2, tall // 2, size_px, _WHITE)
    return sprite_of(image)


@lru_cache(maxsize=8)
def _score_board(red: int, blue: int, height_px: int) -> Sprite:
    tall, size_px = height_px // 13, height_px // 21
    number_px = max(text_width(str(score), size_px) for score in (red, blue, 8)) + tall // 2
    gap = tall // 4
    image = _pill(2 * number_px + gap + tall // 2, tall, _INK)
    for score, left, colour in ((red, tall // 4, _RED), (blue, tall // 4 + number_px + gap, _BLUE)):
        inner = _pill(number_px, tall - tall // 3, colour)
        image.alpha_composite(inner, (left, tall // 6))
        text = str(score)
        draw_text(
            ImageDraw.Draw(image), text, left + (number_px - text_width(text, size_px)) // 2, tall // 2, size_px, _WHITE
        )
    return sprite_of(image)


@lru_cache(maxsize=8)
def _banner_pill(text: str, icon: str, height_px: int, width_px_max: int) -> Sprite:
    tall, size_px = height_px // 9, height_px // 20
    text = shorten(text, size_px, width_px_max - tall - tall // 2)
    image = _pill(text_width(text, size_px) + tall + tall // 2, tall, (92, 52, 150, 225), (232, 84, 124, 225))
    draw_icon(image, icon, tall // 2, tall // 2, tall * 0.34)
    draw_text(ImageDraw.Draw(image), text, tall, tall // 2, size_px, _WHITE)
    return sprite_of(image)


def _pill(
    width_px: int, height_px: int, left: tuple[int, int, int, int], right: tuple[int, int, int, int] | None = None
) -> Image.Image:
    """Paint a rounded bar, smooth at its edge; with two colours it runs from one to the other."""
    large = (width_px * _SUPERSAMPLING, height_px * _SUPERSAMPLING)
    mask = Image.new("L", large, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, large[0] - 1, large[1] - 1), large[1] // 2, fill=255)
    mask = mask.resize((width_px, height_px), Image.Resampling.LANCZOS)
    ramp = np.linspace(left, right or left, width_px)[None].repeat(height_px, axis=0)
    ramp[..., 3] *= np.asarray(mask) / 255.0
    return Image.fromarray(ramp.round().astype(np.uint8), "RGBA")
