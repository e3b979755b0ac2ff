"""The knowledge base: records, identity, storage, search and the program `kb`."""
