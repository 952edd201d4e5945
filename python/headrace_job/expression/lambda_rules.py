"""Functions that take lambdas."""

from pyspark.sql import types as t

from .casts import cast
from .coercion import BOOLEAN, INT, to_boolean, wider
from .collection_rules import array_of
from .duck_types import duck_type
from .registry import rule
from .typed import Typed, fresh_id


@rule('transform', 2)
def _transform(call, scope, arguments):
    array, body = array_of(arguments[0], 'transform'), arguments[1]
    kinds = [array.type.elementType, INT]
    values = [Typed(f'x{fresh_id()}', kind) for kind in kinds][: body.arity]
    # DuckDB counts from 1, Spark from 0.
    given = [values[0]] + [Typed(f'CAST({v.sql} - 1 AS INTEGER)', INT) for v in values[1:]]
    made = body.apply(*given)
    sql = f'list_transform({array.sql}, lambda {", ".join(v.sql for v in values)}: {made.sql})'
    return Typed(sql, t.ArrayType(made.type)).marked(made)


@rule('filter', 2)
def _filter(call, scope, arguments):
    array, body = array_of(arguments[0], 'filter'), arguments[1]
    values = [Typed(f'x{fresh_id()}', array.type.elementType), Typed(f'x{fresh_id()}', INT)][
        : body.arity
    ]
    given = [values[0]] + [Typed(f'CAST({v.sql} - 1 AS INTEGER)', INT) for v in values[1:]]
    made = to_boolean(body.apply(*given))
    sql = f'list_filter({array.sql}, lambda {", ".join(v.sql for v in values)}: {made})'
    return Typed(sql, array.type)


def _quantified(name, wanted):
    @rule(name, 2)
    def make(call, scope, arguments):
        array, body = array_of(arguments[0], name), arguments[1]
        x = Typed(f'x{fresh_id()}', array.type.elementType)
        truth = f'list_transform({array.sql}, lambda {x.sql}: {to_boolean(body.apply(x))})'
        hit = f'list_contains({truth}, {wanted})'
        holes = f'list_contains(list_transform({truth}, lambda y: y IS NULL), true)'
        other = 'false' if wanted == 'true' else 'true'
        return Typed(
            f'CASE WHEN {array.sql} IS NULL THEN NULL WHEN {hit} THEN {wanted} WHEN {holes} THEN NULL '
            f'ELSE {other} END',
            BOOLEAN,
        )


_quantified('exists any_match', 'true')
_quantified('forall all_match', 'false')


@rule('aggregate reduce', 3, 4)
def _aggregate(call, scope, arguments):
    array, start, merge = array_of(arguments[0], 'aggregate'), arguments[1], arguments[2]
    element = array.type.elementType
    kind = (
        wider(start.type, merge.apply(Typed('x0', start.type), Typed('x1', element)).type)
        or start.type
    )
    # DuckDB folds values of the list's own type: each element travels in a struct beside the state.
    pair = t.StructType([t.StructField('s', kind), t.StructField('e', element)])
    a, b, x = (f'x{fresh_id()}' for _ in range(3))
    first = f"[CAST({{'s': {cast(start, kind).sql}, 'e': NULL}} AS {duck_type(pair)})]"
    rest = f"list_transform({array.sql}, lambda {x}: CAST({{'s': NULL, 'e': {x}}} AS {duck_type(pair)}))"
    merged = cast(merge.apply(Typed(f'{a}.s', kind), Typed(f'{b}.e', element)), kind)
    step = f"CAST({{'s': {merged.sql}, 'e': NULL}} AS {duck_type(pair)})"
    folded = Typed(f'(list_reduce({first} || {rest}, lambda {a}, {b}: {step})).s', kind)
    result = arguments[3].apply(folded) if len(arguments) > 3 else folded
    return Typed(f'CASE WHEN {array.sql} IS NOT NULL THEN {result.sql} END', result.type)


@rule('zip_with', 3)
def _zip_with(call, scope, arguments):
    one, other, body = arguments
    i = f'x{fresh_id()}'
    count = f'greatest(len({one.sql}), len({other.sql}))'
    made = body.apply(
        Typed(f'({one.sql})[{i}]', one.type.elementType),
        Typed(f'({other.sql})[{i}]', other.type.elementType),
    )
    sql = f'list_transform(range(1, {count} + 1), lambda {i}: {made.sql})'
    return Typed(
        f'CASE WHEN {one.sql} IS NOT NULL AND {other.sql} IS NOT NULL THEN {sql} END',
        t.ArrayType(made.type),
    )


def _over_entries(value, body):
    x = f'x{fresh_id()}'
    key, item = Typed(f'{x}.key', value.type.keyType), Typed(f'{x}.value', value.type.valueType)
    return x, key, item, body.apply(key, item)


@rule('transform_values', 2)
def _transform_values(call, scope, arguments):
    value, body = arguments
    x, key, _, made = _over_entries(value, body)
    entry = f'{{key: {key.sql}, value: {made.sql}}}'
    sql = f'map_from_entries(list_transform(map_entries({value.sql}), lambda {x}: {entry}))'
    return Typed(sql, t.MapType(value.type.keyType, made.type))


@rule('transform_keys', 2)
def _transform_keys(call, scope, arguments):
    value, body = arguments
    x, _, item, made = _over_entries(value, body)
    entry = f'{{key: {made.sql}, value: {item.sql}}}'
    sql = f'map_from_entries(list_transform(map_entries({value.sql}), lambda {x}: {entry}))'
    return Typed(sql, t.MapType(made.type, value.type.valueType))


@rule('map_filter', 2)
def _map_filter(call, scope, arguments):
    value, body = arguments
    x, _, _, made = _over_entries(value, body)
    sql = f'map_from_entries(list_filter(map_entries({value.sql}), lambda {x}: {to_boolean(made)}))'
    return Typed(sql, value.type)
