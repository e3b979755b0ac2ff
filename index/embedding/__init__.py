"""Texts and queries become unit vectors: the built-in static model, or any sentence-transformers model."""

from index.embedding.embedder import Embedder
from index.embedding.registry import BUILT_IN, available_models, load_embedder

__all__ = ["BUILT_IN", "Embedder", "available_models", "load_embedder"]
