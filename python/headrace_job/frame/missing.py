"""Missing values: `fillna`, `dropna`, `replace`."""

from headrace_job.expression.casts import cast
from headrace_job.expression.coercion import is_number
from headrace_job.expression.literals import literal_sql
from headrace_job.expression.nodes import Literal
from headrace_job.expression.typed import Typed
from pyspark.errors import PySparkTypeError, PySparkValueError
from pyspark.sql import types as t

from . import plan as p
from .combine import find_column

NOT_GIVEN = object()


def _chosen(plan, subset):
    if subset is None:
        return list(plan.attributes)
    names = [subset] if isinstance(subset, str) else list(subset)
    return [find_column(plan, name) for name in names]


def _fits(kind, value):
    if isinstance(value, bool):
        return isinstance(kind, t.BooleanType)
    if isinstance(value, str):
        return isinstance(kind, t.StringType)
    return is_number(kind)


def fill(plan, value, subset):
    """NULL (and NaN, for numbers) becomes the value, in columns of the value's kind."""
    if isinstance(value, dict):
        values = {find_column(plan, name).id: v for name, v in value.items()}
    elif isinstance(value, (bool, int, float, str)):
        values = {a.id: value for a in _chosen(plan, subset) if _fits(a.type, value)}
    else:
        raise PySparkTypeError(
            '[NOT_BOOL_OR_DICT_OR_FLOAT_OR_INT_OR_STR] Argument `value` should be a bool, dict, float, int or str.'
        )
    items = []
    for a in plan.attributes:
        if a.id not in values:
            items.append((a, a.sql))
            continue
        given = Literal(values[a.id])
        literal = cast(
            Typed(literal_sql(given.value, given.type), given.type, False, given.value), a.type
        )
        source = (
            f'CASE WHEN isnan({a.sql}) THEN NULL ELSE {a.sql} END'
            if a.type.name in ('double', 'float')
            else a.sql
        )
        items.append((a.but(id=None, nullable=False), f'coalesce({source}, {literal.sql})'))
    return p.project(plan, items)


def drop(plan, how, thresh, subset):
    """Without the rows in which some (`any`) or all values are missing."""
    if how not in ('any', 'all'):
        raise PySparkValueError(
            f"[VALUE_NOT_ANY_OR_ALL] Value for `how` must be 'any' or 'all', got '{how}'."
        )
    chosen = _chosen(plan, subset)
    present = []
    for a in chosen:
        test = f'{a.sql} IS NOT NULL'
        if a.type.name in ('double', 'float'):
            test = f'({test} AND NOT isnan({a.sql}))'
        present.append(test)
    if not present:
        return plan
    least = thresh if thresh is not None else (len(chosen) if how == 'any' else 1)
    counted = ' + '.join(f'CAST({test} AS INTEGER)' for test in present)
    return p.where(plan, f'({counted}) >= {least}')


def replace(plan, to_replace, value, subset):
    """Values put in the places of others, in columns of their kind."""
    pairs = _pairs(to_replace, value)
    chosen = {a.id for a in _chosen(plan, subset)}
    items = []
    for a in plan.attributes:
        fitting = [(old, new) for old, new in pairs if _fits(a.type, old)]
        if a.id not in chosen or not fitting:
            items.append((a, a.sql))
            continue
        branches = ''
        for old, new in fitting:
            before = cast(_literal(old), a.type).sql
            after = 'NULL' if new is None else cast(_literal(new), a.type).sql
            branches += f' WHEN {a.sql} = {before} THEN {after}'
        items.append((a.but(id=None), f'CASE{branches} ELSE {a.sql} END'))
    return p.project(plan, items)


def _literal(value):
    node = Literal(value)
    return Typed(literal_sql(node.value, node.type), node.type, value is None, value)


def _pairs(to_replace, value):
    if isinstance(to_replace, dict):
        return list(to_replace.items())
    if value is NOT_GIVEN:
        raise PySparkTypeError(
            '[ARGUMENT_REQUIRED] Argument `value` is required when `to_replace` is not a dictionary.'
        )
    olds = list(to_replace) if isinstance(to_replace, (list, tuple)) else [to_replace]
    news = list(value) if isinstance(value, (list, tuple)) else [value] * len(olds)
    if len(olds) != len(news):
        raise PySparkValueError(
            f'[LENGTH_SHOULD_BE_THE_SAME] Arguments `to_replace` and `value` should be of the same length, got '
            f'{len(olds)} and {len(news)}.'
        )
    return list(zip(olds, news))
