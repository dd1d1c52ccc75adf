"""The search for proofs: it proposes steps to the kernel, and nothing rests on it."""
