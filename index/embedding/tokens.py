"""Text to token ids, several times faster than the tokenizer alone, with the same result."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

TokenIds = npt.NDArray[np.int32]

# A book, more than any abstract or page: what follows cannot change the mean of its words by much, and 10 MB would
# take seconds.
TEXT_MAX = 65_536
# Distinct words kept between calls: about 25 MB, and 98% of the words of an abstract are among them.
_CACHE_MAX = 150_000
_WORD_MAX = 512  # characters; the tokenizer answers "unknown" long before, and the cache need not hold such a key


class WordCache:
    """Token ids of texts by way of their whitespace-separated words, each tokenised once.

    Only right for tokenizers that never look across white space, which BERT's WordPiece does not.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, list[int]] = {}

    def ids(self, texts: Sequence[str]) -> list[TokenIds]:
        """The token ids of each text, up to `TEXT_MAX` characters of it."""
        split = [text[:TEXT_MAX].split() for text in texts]
        known = self._learn(split)
        return [np.fromiter(chain.from_iterable([known[word] for word in words]), np.int32) for words in split]

    def _learn(self, split: Sequence[Sequence[str]]) -> Mapping[str, list[int]]:
        """A mapping that holds every word of `split`."""
        known = self._known
        missing = list({word for words in split for word in words if word not in known})
        if not missing:
            return known
        encoded = self._tokenizer.encode_batch_fast([word[:_WORD_MAX] for word in missing], add_special_tokens=False)
        learnt = dict(zip(missing, (encoding.ids for encoding in encoded), strict=True))
        if len(known) + len(learnt) <= _CACHE_MAX:
            known.update(learnt)
            return known
        # Full: the words met first are the frequent ones, and are kept.
        return ChainMap(learnt, known)
