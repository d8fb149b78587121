"""Saying digits in Mandarin, by a formant synthesiser of our own: no recording, no program, no voice of others.

Each digit is a course of formants (Hz) under the pitch of its tone; a train of glottal pulses, or noise for s, q and
j, runs through resonators that follow the course (Klatt 1980, cascade branch). It sounds like a machine. Which digits
are used is chosen so that no two are told apart by one consonant alone: 一 and 七, 六 and 九 never meet.
"""

import io
import random
import wave
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

RATE = 16_000
DIGITS = "02345678"
Sound = npt.NDArray[np.float64]

_FRAME = RATE // 200  # 5 ms: the resonators change this often
_BREATH = 0.02
_BANDWIDTHS = (70.0, 100.0, 150.0, 250.0)
_FOURTH = 3500.0

_TONES: dict[int, tuple[float, ...]] = {
    1: (148.0, 148.0, 146.0),
    2: (108.0, 116.0, 150.0),
    3: (108.0, 84.0, 82.0, 108.0),
    4: (158.0, 130.0, 88.0),
}
"""The pitch of each tone from beginning to end, in Hz: high level, rising, dipping, falling."""

Point = tuple[float, float, float, float, float, float]
"""Milliseconds, first to third formant, loudness of the voice, loudness of the hiss."""

_HISS = {"4": 6200.0, "3": 6200.0, "7": 4200.0}
"""Where the noise of s and q lies, in Hz."""

_SPOKEN: dict[str, tuple[int, tuple[Point, ...]]] = {
    "0": (  # líng
        2,
        (
            (0, 330, 1300, 2700, 0.35, 0),
            (70, 330, 1400, 2750, 0.45, 0),
            (110, 300, 2200, 2950, 1.0, 0),
            (260, 300, 2200, 2900, 0.9, 0),
            (330, 280, 1500, 2500, 0.45, 0),
            (430, 270, 1300, 2500, 0.3, 0),
            (460, 270, 1300, 2500, 0, 0),
        ),
    ),
    "2": (  # èr
        4,
        (
            (0, 660, 1250, 2200, 0, 0),
            (25, 660, 1250, 2200, 1.0, 0),
            (150, 560, 1300, 1800, 0.95, 0),
            (320, 470, 1350, 1650, 0.6, 0),
            (370, 460, 1350, 1650, 0, 0),
        ),
    ),
    "3": (  # sān
        1,
        (
            (0, 500, 1500, 2500, 0, 0.2),
            (40, 500, 1500, 2500, 0, 1.0),
            (130, 500, 1500, 2500, 0, 0.8),
            (145, 650, 1400, 2500, 0.6, 0),
            (190, 800, 1350, 2550, 1.0, 0),
            (310, 760, 1450, 2550, 0.9, 0),
            (370, 300, 1550, 2500, 0.35, 0),
            (450, 280, 1550, 2500, 0.25, 0),
            (475, 280, 1550, 2500, 0, 0),
        ),
    ),
    "4": (  # sì: the vowel stays behind the teeth
        4,
        (
            (0, 400, 1400, 2600, 0, 0.2),
            (40, 400, 1400, 2600, 0, 1.0),
            (150, 400, 1400, 2600, 0, 0.9),
            (170, 390, 1380, 2600, 0.7, 0.1),
            (240, 380, 1350, 2600, 0.9, 0),
            (350, 380, 1350, 2600, 0.5, 0),
            (385, 380, 1350, 2600, 0, 0),
        ),
    ),
    "5": (  # wǔ
        3,
        (
            (0, 300, 600, 2300, 0, 0),
            (40, 300, 600, 2300, 0.8, 0),
            (150, 340, 650, 2350, 1.0, 0),
            (400, 350, 700, 2350, 0.8, 0),
            (470, 350, 700, 2350, 0, 0),
        ),
    ),
    "6": (  # liù
        4,
        (
            (0, 330, 1300, 2700, 0.35, 0),
            (60, 330, 1400, 2750, 0.45, 0),
            (95, 300, 2150, 2900, 1.0, 0),
            (170, 400, 1600, 2500, 1.0, 0),
            (250, 480, 950, 2400, 0.95, 0),
            (350, 390, 750, 2350, 0.6, 0),
            (390, 380, 750, 2350, 0, 0),
        ),
    ),
    "7": (  # qī: a stop, then a long hiss before the vowel
        1,
        (
            (0, 300, 2200, 3000, 0, 0),
            (8, 300, 2200, 3000, 0, 1.2),
            (120, 300, 2250, 3000, 0, 0.8),
            (160, 290, 2300, 3050, 0.2, 0.3),
            (185, 290, 2300, 3050, 0.9, 0),
            (390, 290, 2300, 3050, 0.8, 0),
            (430, 290, 2300, 3050, 0, 0),
        ),
    ),
    "8": (  # bā
        1,
        (
            (0, 300, 900, 2300, 0, 0),
            (6, 300, 900, 2300, 0.7, 0),
            (40, 720, 1180, 2500, 1.0, 0),
            (120, 800, 1250, 2550, 1.0, 0),
            (340, 780, 1250, 2550, 0.8, 0),
            (390, 760, 1250, 2550, 0, 0),
        ),
    ),
}


def spoken(digits: str, *, seed: int) -> bytes:
    """The digits said one after another, as a WAV file; pace, pauses and hum follow from `seed`."""
    chance = random.Random(seed)  # noqa: S311  a pause is no secret
    parts = [_silence(0.3)]
    for digit in digits:
        parts += [
            _paced(digit_sound(digit), 0.94 + 0.12 * chance.random()),
            _silence(0.35 + 0.25 * chance.random()),
        ]
    whole = np.concatenate(parts)
    noise = np.random.default_rng(seed).normal(0, _BREATH, len(whole))
    return _wav(whole + noise)


@lru_cache(maxsize=len(DIGITS))
def digit_sound(digit: str) -> Sound:
    """One digit at its usual pace, loudest at 1."""
    tone, points = _SPOKEN[digit]
    course = _course(points)
    source = _voice(_pitch(tone, len(course)), course[:, 3]) + 0.03 * _hiss(len(course)) * _stretched(
        course[:, 3]
    )
    sound = source
    for number, width in enumerate(_BANDWIDTHS):
        centres = course[:, number] if number < 3 else np.full(len(course), _FOURTH)
        sound = _resonated(sound, centres, width)
    sound /= max(1e-9, float(np.max(np.abs(sound))))
    if digit in _HISS:
        band = np.full(len(course), _HISS[digit])
        hiss = _resonated(_hiss(len(course)), band, 900.0)
        sound += 0.35 * hiss / float(np.max(np.abs(hiss))) * _stretched(course[:, 4])
    return np.asarray(sound / float(np.max(np.abs(sound))), dtype=np.float64)


def _course(points: Sequence[Point]) -> Sound:
    """Formants and loudnesses at every frame, between the points in straight lines."""
    table = np.array(points, dtype=np.float64)
    times = np.arange(0, table[-1, 0], 5.0)
    return np.stack([np.interp(times, table[:, 0], table[:, column]) for column in range(1, 6)], axis=1)


def _pitch(tone: int, frames: int) -> Sound:
    heights = _TONES[tone]
    return _stretched(np.interp(np.linspace(0, len(heights) - 1, frames), range(len(heights)), heights))


def _voice(pitch: Sound, loudness: Sound) -> Sound:
    """Glottal pulses: the flow opens slowly and closes fast (Rosenberg 1971); its change is what is heard."""
    phase = np.cumsum(pitch / RATE) % 1.0
    opening = np.where(phase < 0.4, 0.5 * (1 - np.cos(np.pi * phase / 0.4)), 0.0)
    closing = np.where((phase >= 0.4) & (phase < 0.56), np.cos(np.pi * (phase - 0.4) / 0.32), 0.0)
    return np.asarray(np.diff(opening + closing, prepend=0.0) * _stretched(loudness), dtype=np.float64)


def _hiss(frames: int) -> Sound:
    return np.random.default_rng(frames).normal(0, 1, frames * _FRAME)


def _stretched(frames: Sound) -> Sound:
    """A value for every sample from one for every frame."""
    at = np.arange(len(frames) * _FRAME) / _FRAME
    return np.interp(at, np.arange(len(frames)), frames)


def _resonated(sound: Sound, centres: Sound, width: float) -> Sound:
    """The sound through a resonator of two poles whose centre moves frame by frame."""
    c = -np.exp(-2 * np.pi * width / RATE)
    answer, one, two = np.empty_like(sound), 0.0, 0.0
    for frame, centre in enumerate(centres):
        b = 2 * np.exp(-np.pi * width / RATE) * np.cos(2 * np.pi * centre / RATE)
        a = 1 - b - c
        for at in range(frame * _FRAME, (frame + 1) * _FRAME):
            one, two = a * sound[at] + b * one + c * two, one
            answer[at] = one
    return answer


def _paced(sound: Sound, pace: float) -> Sound:
    return np.asarray(np.interp(np.arange(0, len(sound), pace), np.arange(len(sound)), sound))


def _silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), dtype=np.float64)


def _wav(sound: Sound) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 30_000).astype("<i2").tobytes())
    return written.getvalue()
