"""Proofs for all sizes: a small kernel, untrusted search, certificates, and an independent checker."""
