"""What stands behind a derivation: its lines as equations in index notation, and their certificates."""
