"""From a definition to closed forms: extents, counts, backward statements; each step by a named rule."""
