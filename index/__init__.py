"""Facts become findable: text becomes vectors and words, a query becomes ranked ids."""
