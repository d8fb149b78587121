"""Whether the spoken digits have the sounds of their syllables, measured: nobody can listen in a test."""

import io
import wave

import numpy as np
import pytest

from nianlun.portal.challenge_voice import DIGITS, RATE, digit_sound, spoken

VOWELS = {
    "0": (0.40, 300, 2200),  # i of líng
    "2": (0.45, 560, 1320),  # er
    "3": (0.50, 780, 1400),  # a of sān
    "4": (0.65, 390, 1380),  # the vowel of sì
    "5": (0.75, 350, 690),  # u
    "7": (0.70, 290, 2300),  # i of qī
    "8": (0.50, 790, 1250),  # a of bā
}
"""Where in the syllable the vowel stands, and its first two formants in Hz."""

TONES = {"3": "level", "7": "level", "0": "rising", "2": "falling", "4": "falling", "6": "falling"}


def formants(sound, *, at: float) -> list[float]:
    """The resonances at a place, by linear prediction."""
    start = int(len(sound) * at)
    piece = sound[start : start + 480]
    piece = np.append(piece[0], piece[1:] - 0.95 * piece[:-1]) * np.hamming(len(piece))
    order = 12
    lags = np.correlate(piece, piece, "full")[len(piece) - 1 : len(piece) + order]
    table = np.array([[lags[abs(i - j)] for j in range(order)] for i in range(order)])
    model = np.linalg.solve(table + 1e-9 * np.eye(order), lags[1 : order + 1])
    roots = [root for root in np.roots(np.append(1, -model)) if root.imag > 0.01]
    found = [(np.angle(r) * RATE / 2 / np.pi, -np.log(abs(r)) * RATE / np.pi) for r in roots]
    return sorted(centre for centre, width in found if width < 400 and centre > 150)


def pitch(sound, *, at: float) -> float:
    """The pitch at a place, by autocorrelation between 80 and 160 Hz."""
    start = int(len(sound) * at)
    piece = sound[start : start + 640]
    lags = np.correlate(piece, piece, "full")[len(piece) - 1 :]
    shortest, longest = RATE // 165, RATE // 80
    return RATE / (shortest + int(np.argmax(lags[shortest:longest])))


@pytest.mark.parametrize("digit", VOWELS)
def test_each_vowel_has_its_formants(digit):
    at, first, second = VOWELS[digit]
    found = formants(digit_sound(digit), at=at)
    for wanted in (first, second):
        assert min(abs(one - wanted) / wanted for one in found) < 0.2, (digit, wanted, found)


@pytest.mark.parametrize(("digit", "tone"), TONES.items())
def test_each_tone_goes_where_it_should(digit, tone):
    early, late = (pitch(digit_sound(digit), at=at) for at in (0.45, 0.75))
    change = late / early
    assert {"level": 0.95 < change < 1.05, "rising": change > 1.1, "falling": change < 0.9}[tone], change


def test_s_and_q_begin_with_a_hiss_and_the_others_do_not():
    def hiss(digit: str) -> float:
        sound = digit_sound(digit)
        start = sound[int(0.04 * RATE) : int(0.1 * RATE)]
        power = np.abs(np.fft.rfft(start)) ** 2
        return float(power[np.fft.rfftfreq(len(start), 1 / RATE) > 3500].sum() / power.sum())

    assert {digit for digit in DIGITS if hiss(digit) > 0.5} == {"3", "4", "7"}


def test_a_spoken_row_is_a_wav_file_of_a_few_seconds_and_never_twice_the_same_pace():
    first, second = spoken("02345", seed=1), spoken("02345", seed=2)
    with wave.open(io.BytesIO(first)) as file:
        assert file.getframerate() == RATE
        assert 3 < file.getnframes() / RATE < 7
    assert len(first) != len(second)
    assert first == spoken("02345", seed=1)
