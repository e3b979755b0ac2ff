"""The terminal UI: shows what a knowledge base holds. No SQL, no HTTP, no ranking."""
