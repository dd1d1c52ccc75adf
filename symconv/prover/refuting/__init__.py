"""Counterexamples: where they are looked for, how sides are computed there, and the program that shows one."""
