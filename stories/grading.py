"""How hard a text is to read: a school year, for the languages with a formula worth trusting."""

import re

FEWEST_WORDS = 60  # formulas say nothing of a few sentences

_SENTENCES = re.compile(r"[.!?…]+(?:\s|$)")
_WORDS = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
_SPANISH_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_SILENT = re.compile(r"(?:[^laeiouy]es|[^aeiouytd]ed|[^laeiouy]e)$")


def grade(text: str, language: str) -> float | None:
    """Return the school year that reads a text without effort, or None: too short, or a language without a formula.

    English: Flesch and Kincaid 1975. Spanish: the ease of Szigriszt-Pazos 1993, its steps (Barrio-Cantalejo's scale,
    INFLESZ) turned into years: 80 is primary school's end, 40 a university's beginning.
    """
    words = _WORDS.findall(text.lower())
    if len(words) < FEWEST_WORDS:
        return None
    sentences = max(1, len(_SENTENCES.findall(text)))
    if language == "en":
        syllables = sum(map(_english_syllables, words))
        return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    if language == "es":
        syllables = sum(max(1, len(_SPANISH_VOWELS.findall(word))) for word in words)
        ease = 206.835 - 62.3 * syllables / len(words) - len(words) / sentences
        return 6 + (80 - ease) * 6 / 40
    return None


def _english_syllables(word: str) -> int:
    return max(1, len(_ENGLISH_VOWELS.findall(word)) - bool(_SILENT.search(word)))
