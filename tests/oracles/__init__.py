"""Independent oracles: brute force in NumPy, and PyTorch; nothing of symconv is imported."""
