"""Statements that are false, and the smallest sizes at which that shows."""

from __future__ import annotations

from typing import Any

LAYER = "for y < n: sum(a < k) W[a]*X[s*y + d*a - p]*[0 <= s*y + d*a - p < h] = "
TWO_LAYERS = "for y < n: sum(u < k2) W2[u]*Z[s2*y + d2*u] = sum(t < T) K[t]*X[s1*s2*y + t]"
FIRST = "Z[i] = sum(a < k1) W1[a]*X[s1*i + d1*a]"
FULL = "T = d1*(k1 - 1) + s1*d2*(k2 - 1) + 1"

#: Mistakes that people make: the text, what stands beside it, and the smallest sizes at which it shows.
FALSE: dict[str, tuple[str, dict[str, Any], str]] = {
    "dilations multiplied": (
        TWO_LAYERS,
        {"where": [FULL, FIRST, "K[t] = sum(u < k2, a < k1) W2[u]*W1[a]*[t = d1*d2*a + s1*d2*u]"]},
        "d1=1 d2=2 k1=2 k2=1 n=1 s1=1 s2=1 y=0",
    ),
    "stride of the first layer forgotten": (
        TWO_LAYERS,
        {"where": [FULL, FIRST, "K[t] = sum(u < k2, a < k1) W2[u]*W1[a]*[t = d1*a + d2*u]"]},
        "d1=1 d2=1 k1=1 k2=2 n=1 s1=2 s2=1 y=0",
    ),
    "k1 + k2 - 1 taps at a stride": (
        "for y < n: sum(u < k2) W2[u]*Z[y + u] = sum(t < k1 + k2 - 1) K[t]*X[s1*y + t]",
        {
            "where": [
                "Z[i] = sum(a < k1) W1[a]*X[s1*i + a]",
                "K[t] = sum(u < k2, a < k1) W2[u]*W1[a]*[t = a + s1*u]",
            ]
        },
        "k1=1 k2=2 n=1 s1=2 y=0",
    ),
    "layers with strides commute": (
        "for y < n: sum(u < k2) W2[u]*Z1[s2*y + u] = sum(a < k1) W1[a]*Z2[s1*y + a]",
        {"where": ["Z1[i] = sum(a < k1) W1[a]*X[s1*i + a]", "Z2[i] = sum(u < k2) W2[u]*X[s2*i + u]"]},
        "k1=1 k2=2 n=1 s1=2 s2=1 y=0",
    ),
    "no flip": (
        "for y < n: sum(a < k) W[a]*X[y - a] = sum(a < k) W[a]*X[y + a]",
        {},
        "k=2 n=1 y=0",
    ),
    "index off by one": (
        LAYER + "sum(a < k) W[a]*X[s*y + d*a - p]*[0 <= s*y + d*a - p <= h]",
        {"counts": ["p"]},
        "d=1 h=1 k=1 n=2 p=0 s=1 y=1",
    ),
    "bracket forgotten": (LAYER + "sum(a < k) W[a]*X[s*y + d*a - p]", {"counts": ["p"]}, "d=1 h=1 k=1 n=1 p=1 s=1 y=0"),
    "padding twice": (
        LAYER + "sum(a < k) W[a]*X[s*y + d*a - 2*p]*[0 <= s*y + d*a - 2*p < h]",
        {"counts": ["p"]},
        "d=1 h=1 k=1 n=2 p=1 s=1 y=1",
    ),
    "inner padding does not matter": (
        "for y < n: sum(u < k2) W2[u]*Z[y + u - p2]*[0 <= y + u - p2 < h1]"
        " = sum(u < k2, a < k1) W2[u]*W1[a]*X[y + u + a - p1 - p2]*[0 <= y + u + a - p1 - p2 < h]",
        {"counts": ["p1", "p2"], "where": ["Z[i] = sum(a < k1) W1[a]*X[i + a - p1]*[0 <= i + a - p1 < h]"]},
        "h=1 h1=1 k1=1 k2=1 n=2 p1=1 p2=0 y=1",
    ),
    "floors add": ("a//m + b//m = (a + b)//m", {}, "a=1 b=1 m=2"),
    "one window too many": (
        "sum(y < h + p) [s*y + d*(k - 1) < h + p] = (h + p - d*(k - 1))//s + 1",
        {"counts": ["p"], "assuming": ["h + p >= d*(k - 1) + 1"]},
        "d=1 h=1 k=1 p=0 s=1",
    ),
    "half a sum": ("sum(u < k) u = k*k/2", {}, "k=1"),
    "channels doubled": (
        "sum(o < 2*c_o, y < n, c < 2*c_i, a < k) 1 = 2*(sum(o < c_o, y < n, c < c_i, a < k) 1)",
        {},
        "c_i=1 c_o=1 k=1 n=1",
    ),
    "groups as if dense": (
        "for o < C: sum(c < C) W[o, c]*X[c] = sum(i < m) W[o, (o//m)*m + i]*X[(o//m)*m + i]",
        {"assuming": ["m divides C"]},
        "C=2 m=1 o=0",
    ),
    "same padding of even kernels": ("h + 2*(k//2) - k + 1 = h", {}, "h=1 k=2"),
    "a sign": ("x*x = x", {"integers": ["x"]}, "x=-1"),
    "few points are meant": ("x*x*x = 343", {"integers": ["x"], "assuming": ["x*x = 49"]}, "x=-7"),
    "a scalar of one": ("for i < n: r[]*X[i] = X[i]", {}, "n=1 i=0"),
    "what is assumed is far away": ("a*b = a + b", {"assuming": ["a >= 5", "b >= a + 3", "4 divides b"]}, "a=5 b=8"),
    "what is assumed has an or": ("a = 1", {"assuming": ["a = 1 or a >= 4"]}, "a=4"),
    "what is assumed is about an index": ("for i < n: X[i] = X[0] if 2*i >= n + 1 and i < 4", {}, "n=3 i=2"),
    "a power": ("for i < n: X[i]**2 = X[i]", {}, "n=1 i=0"),
    "max": ("max(a, b) = a + b - 1", {}, "a=2 b=2"),
    "far numbers": ("a*b = a*b + [a = 17]*[b = 23]", {}, "a=17 b=23"),
    "numbers beyond 64 bits": ("n = n + [10**16*10**16*n = 2*10**16*10**16]", {}, "n=2"),
}
