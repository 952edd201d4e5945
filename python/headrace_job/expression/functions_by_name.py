"""The one way from a function's name and arguments to an expression, for SQL text and `functions`."""

from . import (  # noqa: F401  (each registers its rules)
    aggregate_rules,
    collection_rules,
    condition_rules,
    json_rules,
    lambda_rules,
    math_rules,
    operator_rules,
    text_rules,
    time_rules,
)
from .nodes import Call, Generator
from .python_functions import is_python, python_call

_GENERATORS = {'explode', 'posexplode', 'inline', 'stack', 'json_tuple'}


def call(name, arguments, distinct=False, where=None, ignore_nulls=False):
    lowered = name.lower()
    base, outer = (lowered[:-6], True) if lowered.endswith('_outer') else (lowered, False)
    if base in _GENERATORS:
        return Generator(base, arguments, outer)
    if is_python(lowered, arguments):
        return python_call(lowered, arguments)
    if lowered == 'decode' and len(arguments) > 2:
        lowered = 'decode_values'
    return Call(lowered, arguments, distinct, where, ignore_nulls)
