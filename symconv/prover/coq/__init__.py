"""Theorems for Coq: readable statements, certificates as data, and what Coq says of them."""
