"""The student's tokens, and the vectors they start from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

UNKNOWN = "[UNK]"
# Smooth inverse frequency (Arora et al., 2017). Larger values let frequent words count for more.
SIF_A = 1e-3
# Longer words are chemical strings, URLs and the like: cutting them into pieces teaches nothing.
_WORD_MAX = 60


def train_tokenizer(texts: Iterable[str], *, size: int, min_frequency: int = 4) -> Any:
    """A lower-casing WordPiece tokenizer of at most `size` tokens. Ties are broken alike on every run."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.trainers import WordPieceTrainer

    tokenizer = Tokenizer(WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=_WORD_MAX))
    tokenizer.normalizer = BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    trainer = WordPieceTrainer(
        vocab_size=size, min_frequency=min_frequency, special_tokens=[UNKNOWN], limit_alphabet=200, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def surface(token: str) -> str:
    """The token as a teacher should read it: a continuation loses its marks."""
    return token.removeprefix("##")


def sif_weights(counts: npt.NDArray[np.int64]) -> Floats:
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
    counts: npt.NDArray[np.int64],
    axes: Floats,
    teach: Callable[[Sequence[str]], Floats],
) -> Floats:
    """What the teacher says of each token on its own, in the student's axes, scaled by its SIF weight."""
    vectors = teach([surface(token) for token in tokens]) @ axes
    scaled: Floats = (vectors * sif_weights(counts)[:, None]).astype(np.float32)
    scaled[0] = 0.0  # the unknown token means nothing
    return scaled
