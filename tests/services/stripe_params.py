"""Are these parameters of Stripe's? Requests held against the library's own typed dictionaries."""

import re
from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import typing_extensions
from stripe import RequestOptions

Tree = dict[str, Any]
WORDS = {int: r"-?[0-9]+", float: r"-?[0-9]+(\.[0-9]+)?", bool: "true|false", str: r"[\s\S]*"}


def tree_of(encoded: str) -> Tree:
    """Return form-encoded parameters as nested dictionaries; lists become dictionaries of their indexes."""
    tree: Tree = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        keys = re.findall(r"[^\[\]]+", name) + ([""] if name.endswith("[]") else [])
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return tree


@cache
def _fields(typed: Any) -> dict[str, Any]:
    """Return a dictionary's own fields with their types, without the options of a request (key, version and such)."""
    options = set(RequestOptions.__annotations__) - {"expand"}
    body = {name: kind for name, kind in typed.__annotations__.items() if name not in options}
    holder = type("holder", (), {"__annotations__": body, "__module__": typed.__module__})
    return get_type_hints(holder, localns={"UntypedStripeObject": dict})


def faults(tree: Any, kind: Any, path: str = "") -> Iterator[str]:
    """Give what is wrong with parameters: unknown, missing and mistyped ones, by their path."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Annotated, typing_extensions.NotRequired, typing_extensions.Required}:
        yield from faults(tree, arguments[0], path)
    elif origin in {Union, UnionType}:
        yield from _any_of(tree, arguments, path)
    elif origin is Literal:
        if tree not in [str(each) for each in arguments]:
            yield f"{path}: {tree!r} is none of {arguments}"
    elif typing_extensions.is_typeddict(kind):
        yield from _dictionary(tree, kind, path)
    elif origin in {list, dict}:
        yield from _many(tree, origin, arguments[-1], path)
    elif kind is not NoneType and not (isinstance(tree, str) and re.fullmatch(WORDS[kind], tree)):
        yield f"{path}: {tree!r} is no {kind.__name__}"


def _many(tree: Any, holder: type, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(tree, dict):
        yield f"{path}: not a {holder.__name__}"
    elif holder is list and list(tree) != [str(index) for index in range(len(tree))]:
        yield f"{path}: not a list"
    else:
        for name, value in tree.items():
            yield from faults(value, kind, f"{path}[{name}]")


def _any_of(tree: Any, kinds: tuple[Any, ...], path: str) -> Iterator[str]:
    named = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind) if word]
    if named and isinstance(tree, str):  # Stripe writes `Literal[...] | str` for words yet to come: we use today's
        kinds = tuple(kind for kind in kinds if kind is not str)
    every = [list(faults(tree, kind, path)) for kind in kinds]
    if all(every):
        yield from min(every, key=len)


def _dictionary(tree: Any, typed: Any, path: str) -> Iterator[str]:
    if not isinstance(tree, dict):
        yield f"{path}: not a dictionary"
        return
    fields = _fields(typed)
    for name, value in tree.items():
        if name in fields:
            yield from faults(value, fields[name], f"{path}[{name}]" if path else name)
        else:
            yield f"{path}[{name}]: unknown to {typed.__name__}"
    for name in sorted((typed.__required_keys__ & set(fields)) - set(tree)):
        yield f"{path}[{name}]: missing"
