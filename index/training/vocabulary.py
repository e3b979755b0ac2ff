"""The student's tokens, and the vectors they start from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from index.training.corpus import Paper

Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]

UNKNOWN = "[UNK]"
# Smooth inverse frequency (Arora et al., 2017). Larger values let frequent words count for more.
SIF_A = 1e-3
# Tokens that are learnt as pieces of words; the rest of the vocabulary is whole words.
PIECES = 15_000
_PIECES_FROM_EVERY = 4  # papers: pieces need far less text than words
SCIENCE_COUNTS = 3
_WORD = re.compile(r"[a-z0-9]+")
_PLAIN = re.compile(r"[a-z]{3,}")
_RANKED = re.compile(r"[a-z][a-z0-9]{1,24}")
# Longer words are chemical strings, URLs and the like: cutting them into pieces teaches nothing.
_WORD_MAX = 60


def word_counts(papers: Iterable[Paper]) -> Counter[str]:
    """In how many papers each word stands; a science paper counts threefold, as its words are the rare ones."""
    counts: Counter[str] = Counter()
    for paper in papers:
        words = set(_WORD.findall(f"{paper.text} {' '.join(paper.keywords)}".lower()))
        for _ in range(SCIENCE_COUNTS if paper.is_science else 1):
            counts.update(words)
    return counts


def train_tokenizer(papers: Sequence[Paper], *, size: int, teacher_words: Iterable[str] = ()) -> Any:
    """A lower-casing WordPiece tokenizer of at most `size` tokens, most of them whole words.

    Pieces are learnt first, so that any word can be read. Then come the words that the teacher holds whole, and the
    corpus' own by frequency: a rare word's own vector, taken from the teacher, says more than the sum of its pieces.
    """
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.trainers import WordPieceTrainer

    def ready(model: Any) -> Any:
        tokenizer = Tokenizer(model)
        tokenizer.normalizer = BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = BertPreTokenizer()
        return tokenizer

    pieces = ready(WordPiece(unk_token=UNKNOWN))
    trainer = WordPieceTrainer(
        vocab_size=min(size, PIECES),
        min_frequency=4,
        special_tokens=[UNKNOWN],
        limit_alphabet=200,
        show_progress=False,
    )
    pieces.train_from_iterator((paper.text for paper in papers[::_PIECES_FROM_EVERY]), trainer)
    learnt = pieces.get_vocab()
    tokens = dict.fromkeys(sorted(learnt, key=learnt.__getitem__))
    tokens.update(dict.fromkeys(sorted(word for word in teacher_words if _PLAIN.fullmatch(word))))
    ranked = sorted(word_counts(papers).items(), key=lambda item: (-item[1], item[0]))
    tokens.update(dict.fromkeys(word for word, _ in ranked if _RANKED.fullmatch(word)))
    vocabulary = {token: number for number, token in enumerate(list(tokens)[:size])}
    return ready(WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=_WORD_MAX))


def surface(token: str) -> str:
    """The token as a teacher should read it: a continuation loses its marks."""
    return token.removeprefix("##")


def sif_weights(counts: Counts) -> Floats:
    """One weight a token, near 1 for rare tokens and near 0 for the most frequent; 0 for one never seen."""
    share = counts / max(1, counts.sum())
    weights: Floats = (SIF_A / (SIF_A + share)).astype(np.float32)
    return weights


def principal_axes(vectors: Floats, dim: int) -> Floats:
    """The (width, dim) orthonormal axes along which `vectors` vary most, not centred: a dot product survives them."""
    _, axes = np.linalg.eigh((vectors.T @ vectors).astype(np.float64))
    chosen = axes[:, ::-1][:, :dim]
    # An eigenvector's sign is arbitrary: fix it, so that two runs agree.
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(chosen.shape[1])])
    return np.ascontiguousarray(chosen * signs, dtype=np.float32)


def initial_vectors(
    tokens: Sequence[str],
    counts: Counts,
    axes: Floats,
    teach: Callable[[Sequence[str]], Floats],
) -> Floats:
    """What the teacher says of each token on its own, in the student's axes, scaled by its SIF weight."""
    vectors = teach([surface(token) for token in tokens]) @ axes
    scaled: Floats = (vectors * sif_weights(counts)[:, None]).astype(np.float32)
    scaled[0] = 0.0  # the unknown token means nothing
    return scaled
