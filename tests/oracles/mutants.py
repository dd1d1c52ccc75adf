"""Random changes of certificates and of the statements that they are for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from oracles.replay import STEPS

#: A statement and a certificate, both plain data that is changed in place.
Mutation = Callable[[Random, Any, Any], None]
Path = tuple[Any, ...]

RULES = tuple(STEPS)
PARTS = ("ranges", "quotients", "brackets", "factors")


class Nothing(Exception):  # noqa: N818
    """There is nothing to change in this way."""


def mutated(random: Random, statement: Any, certificate: Any, kinds: Sequence[Mutation]) -> tuple[Any, Any]:
    """A copy with one to three changes."""
    statement, certificate = json.loads(json.dumps([statement, certificate]))
    wanted = random.choice((1, 1, 1, 2, 3))
    while wanted:
        try:
            random.choice(kinds)(random, statement, certificate)
        except Nothing:
            continue
        wanted -= 1
    return statement, certificate


# ------------------------------------------------------------------ places in data


def leaves(data: Any, kind: type, path: Path = ()) -> Iterator[Path]:
    """The places of numbers or texts."""
    if type(data) is kind:
        yield path
    elif isinstance(data, (list, dict)):
        for key, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(inner, kind, (*path, key))


def lists(data: Any, path: Path = ()) -> Iterator[Path]:
    """The places of lists that are not empty."""
    if isinstance(data, (list, dict)):
        if isinstance(data, list) and data:
            yield path
        for key, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield from lists(inner, (*path, key))


def at(data: Any, path: Path) -> Any:
    """What stands at a place."""
    for key in path:
        data = data[key]
    return data


def put(data: Any, path: Path, value: Any) -> None:
    """Something else at a place."""
    at(data, path[:-1])[path[-1]] = value


def one_of(random: Random, things: Sequence[Any]) -> Any:
    """One of them, if there are any."""
    if not things:
        raise Nothing
    return random.choice(things)


def names_in(data: Any) -> list[str]:
    """The names that occur, each once, sorted."""
    found = {at(data, path) for path in leaves(data, str)}
    return sorted(x for x in found if x[:1].isalpha() and x not in RULES and x not in ("floor", "max") and len(x) < 64)


def _step(random: Random, certificate: Any) -> Any:
    return one_of(random, certificate["steps"])


# ------------------------------------------------------------------ certificates


def change_integer(random: Random, statement: Any, certificate: Any) -> None:
    """A number of a step."""
    step = _step(random, certificate)
    path = one_of(random, [*leaves(step, int)])
    put(step, path, _another(random, at(step, path)))


def change_name(random: Random, statement: Any, certificate: Any) -> None:
    """A name of a step."""
    step = _step(random, certificate)
    path = one_of(random, [p for p in leaves(step, str) if p != (0,)])
    put(step, path, one_of(random, names_in([statement, certificate["steps"]])))


def change_rule(random: Random, statement: Any, certificate: Any) -> None:
    """The rule of a step."""
    _step(random, certificate)[0] = random.choice(RULES)


def drop_step(random: Random, statement: Any, certificate: Any) -> None:
    """A step less."""
    certificate["steps"].remove(_step(random, certificate))


def repeat_step(random: Random, statement: Any, certificate: Any) -> None:
    """A step once more, elsewhere."""
    copy = json.loads(json.dumps(_step(random, certificate)))
    certificate["steps"].insert(random.randint(0, len(certificate["steps"])), copy)


def swap_steps(random: Random, statement: Any, certificate: Any) -> None:
    """Two steps in the other order."""
    _swap(random, certificate["steps"])


def swap_parts(random: Random, statement: Any, certificate: Any) -> None:
    """Two entries of a list in a step: indices, brackets, proofs, arguments."""
    step = _step(random, certificate)
    _swap(random, at(step, one_of(random, [*lists(step)])))


def drop_part(random: Random, statement: Any, certificate: Any) -> None:
    """An entry of a list in a step less, or one more."""
    step = _step(random, certificate)
    found = at(step, one_of(random, [p for p in lists(step) if p]))
    entry = random.randrange(len(found))
    if random.random() < 0.5:
        del found[entry]
    else:
        found.insert(random.randint(0, len(found)), json.loads(json.dumps(found[entry])))


def change_kind(random: Random, statement: Any, certificate: Any) -> None:
    """The kind of a bracket of a step."""
    steps = certificate["steps"]
    path = one_of(random, [p for p in leaves(steps, str) if at(steps, p) in ("=", ">=")])
    put(steps, path, "=" if at(steps, path) == ">=" else ">=")


def change_proof(random: Random, statement: Any, certificate: Any) -> None:
    """A proof in the place of another."""
    steps = certificate["steps"]
    proofs = [p for p in lists(steps) if _is_proof(at(steps, p))]
    path = one_of(random, proofs)
    put(steps, path, json.loads(json.dumps(at(steps, random.choice(proofs)))))


def change_denominators(random: Random, statement: Any, certificate: Any) -> None:
    """The proofs that divisors are at least 1."""
    _change_list(random, certificate["denominators"])


def change_scale(random: Random, statement: Any, certificate: Any) -> None:
    """The multiple that is compared."""
    certificate["scale"] = random.choice((0, 1, 2, 3, -1))


# ------------------------------------------------------------------ statements


def change_polynomial(random: Random, statement: Any, certificate: Any) -> None:
    """A number or a name in a polynomial of the statement."""
    p = one_of(random, [*polynomials(statement)])
    if p and random.random() < 0.7:
        monomial = random.choice(p)
        if len(monomial) > 1 and random.random() < 0.5:
            monomial[random.randrange(1, len(monomial))] = one_of(random, names_in(statement))
        else:
            monomial[0] = _another(random, monomial[0]) or 1
    else:
        p.append([random.choice((1, -1)), *random.sample(names_in(statement), random.randint(0, 1))])
    _tidy(p)


def change_bracket(random: Random, statement: Any, certificate: Any) -> None:
    """The kind of a bracket, or a bracket less."""
    term = _term(random, statement, "brackets")
    bracket = random.choice(term["brackets"])
    if random.random() < 0.5:
        bracket[0] = "=" if bracket[0] == ">=" else ">="
    else:
        term["brackets"].remove(bracket)


def change_list(random: Random, statement: Any, certificate: Any) -> None:
    """Ranges, floors, brackets or factors of a term: one less, twice, or two swapped."""
    part = random.choice(PARTS)
    _change_list(random, _term(random, statement, part)[part])


def swap_indices(random: Random, statement: Any, certificate: Any) -> None:
    """Two indices at which a tensor is read."""
    term = _term(random, statement, "factors")
    _swap(random, random.choice(term["factors"])[1])


def change_tensor(random: Random, statement: Any, certificate: Any) -> None:
    """A tensor in the place of another."""
    term = _term(random, statement, "factors")
    tensors = sorted({t for side in ("left", "right") for one in statement[side] for t, _ in one["factors"]})
    random.choice(term["factors"])[0] = random.choice(tensors)


def drop_assumption(random: Random, statement: Any, certificate: Any) -> None:
    """What is assumed less, where the proofs know of it."""
    place = random.randrange(len(statement["assume"])) if statement["assume"] else one_of(random, [])
    del statement["assume"][place]
    before = sum({"floor": 2, "max": 3}[entry[0]] for entry in statement["defined"])
    whole = [certificate["steps"], certificate["denominators"]]
    for path in list(lists(whole)):
        found = at(whole, path)
        if _is_proof(found):
            for product in found:
                product[1:] = [i - (i > before + place) for i in product[1:]]


def change_definition(random: Random, statement: Any, certificate: Any) -> None:
    """A floor in the place of a maximum, or the other way round."""
    entry = one_of(random, statement["defined"])
    entry[0] = "floor" if entry[0] == "max" else "max"


def change_sides(random: Random, statement: Any, certificate: Any) -> None:
    """A term less, twice, or on the other side."""
    side, other = random.choice((("left", "right"), ("right", "left")))
    term = one_of(random, statement[side])
    match random.randrange(3):
        case 0:
            statement[side].remove(term)
        case 1:
            statement[side].append(term)
        case 2:
            statement[side].remove(term)
            statement[other].append(term)


# ------------------------------------------------------------------ both alike


def rename(random: Random, statement: Any, certificate: Any) -> None:
    """A name in the place of another, everywhere: two names become one, free or bound."""
    known = names_in([statement, certificate["steps"]])
    old, new = one_of(random, known), random.choice([*known, "fresh"])
    for whole in (statement, certificate["steps"]):
        for path in [*leaves(whole, str)]:
            if at(whole, path) == old:
                put(whole, path, new)
    for p in polynomials([statement, certificate["steps"]]):
        _tidy(p)


def change_number(random: Random, statement: Any, certificate: Any) -> None:
    """A number in polynomials of the statement and of the steps."""
    found = [*polynomials([statement, certificate["steps"]])]
    numbers = sorted({monomial[0] for p in found for monomial in p})
    old = one_of(random, numbers)
    new = _another(random, old) or 1
    for p in found:
        for monomial in p:
            monomial[0] = new if monomial[0] == old else monomial[0]


def change_index(random: Random, statement: Any, certificate: Any) -> None:
    """One more, in an index of every entry of a tensor: in the statement and in the steps."""
    tensor = one_of(random, sorted({f[0] for f in _factors([statement, certificate["steps"]])}))
    change = random.choice((1, -1))
    for name, indices in _factors([statement, certificate["steps"]]):
        if name == tensor and indices:
            indices[-1].append([change])
            _tidy(indices[-1])


CERTIFICATE: tuple[Mutation, ...] = (
    change_integer,
    change_integer,
    change_integer,
    change_name,
    change_rule,
    drop_step,
    repeat_step,
    swap_steps,
    swap_parts,
    drop_part,
    change_kind,
    change_proof,
    change_denominators,
    change_scale,
)
STATEMENT: tuple[Mutation, ...] = (
    change_polynomial,
    change_polynomial,
    change_polynomial,
    change_bracket,
    change_list,
    swap_indices,
    change_tensor,
    drop_assumption,
    change_definition,
    change_sides,
)
BOTH: tuple[Mutation, ...] = (rename, rename, change_number, change_index, drop_assumption)


# ------------------------------------------------------------------ parts


def polynomials(data: Any) -> Iterator[Any]:
    """The lists that are polynomials, or look like them."""
    if isinstance(data, dict):
        for inner in data.values():
            yield from polynomials(inner)
    elif isinstance(data, list):
        if data and all(isinstance(m, list) and m and type(m[0]) is int for m in data):
            if all(isinstance(x, str) for m in data for x in m[1:]):
                yield data
        else:
            for inner in data:
                yield from polynomials(inner)


def _factors(data: Any) -> Iterator[Any]:
    """[tensor, indices], in statements and in steps that rewrite."""
    if isinstance(data, dict):
        yield from data.get("factors", [])
        for inner in data.values():
            yield from _factors(inner)
    elif isinstance(data, list):
        if data and data[0] == "rewrite" and len(data) == 6:
            yield from (f for f in data[4] if isinstance(f, list) and len(f) == 2 and isinstance(f[1], list))
        elif not (data and isinstance(data[0], str)):
            for inner in data:
                yield from _factors(inner)


def _term(random: Random, statement: Any, part: str) -> Any:
    return one_of(random, [t for side in ("left", "right") for t in statement[side] if t[part]])


def _is_proof(data: Any) -> bool:
    return bool(data) and all(isinstance(m, list) and m and all(type(i) is int for i in m) for m in data)


def _another(random: Random, number: int) -> int:
    return random.choice((number + 1, number - 1, -number, 0, 1, 2, number + 2))


def _swap(random: Random, entries: Any) -> None:
    if len(entries) < 2:
        raise Nothing
    i, j = random.sample(range(len(entries)), 2)
    entries[i], entries[j] = entries[j], entries[i]


def _change_list(random: Random, entries: Any) -> None:
    i = one_of(random, range(len(entries)))
    match random.randrange(3):
        case 0:
            del entries[i]
        case 1:
            entries.append(json.loads(json.dumps(entries[i])))
        case 2:
            _swap(random, entries)


def _tidy(p: Any) -> None:
    """Names sorted, like monomials together: what a reader of polynomials wants."""
    total: dict[tuple[str, ...], int] = {}
    for c, *names in p:
        key = tuple(sorted(names))
        total[key] = total.get(key, 0) + c
    p[:] = [[c, *names] for names, c in sorted(total.items()) if c]
