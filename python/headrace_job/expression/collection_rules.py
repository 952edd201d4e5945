"""Arrays, maps and structs, and the functions that take lambdas."""

from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from .casts import cast
from .coercion import (
    BOOLEAN,
    DATE,
    INT,
    INTERVAL,
    LONG,
    STRING,
    TIMESTAMP,
    alike,
    int_of,
    is_time,
    text_of,
    wider,
    wider_number,
    widest,
)
from .duck_types import duck_type
from .nodes import Alias, Literal, Name, Reference
from .registry import function, rule, show_as
from .typed import Typed, fresh_id, quote_text


show_as('sort_array', lambda value, up='true': f'sort_array({value}, {up})')


def array_of(value, name):
    if not isinstance(value.type, t.ArrayType):
        raise AnalysisException(
            f'[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] {name}() requires the "ARRAY" type, however '
            f'the value has the type "{value.type.simpleString().upper()}".'
        )
    return value


def _element_for(array, value):
    """Array and value in one element type."""
    kind = wider(array.type.elementType, value.type)
    if kind is None:
        raise AnalysisException('The value is of another type than the elements of the array.')
    return cast(array, t.ArrayType(kind)), cast(value, kind), kind


@function('array', 0, None)
def _make_array(*values):
    if not values:
        return Typed('CAST([] AS VARCHAR[])', t.ArrayType(t.NullType(), False), False)
    values, kind = alike(values, 'array')
    nullable = any(v.nullable for v in values)
    return Typed(f'[{", ".join(v.sql for v in values)}]', t.ArrayType(kind, nullable), False)


@rule('struct', 1, None)
def _struct(call, scope, arguments):
    names = []
    for index, child in enumerate(call.arguments):
        shown = child.output_name()
        plain = isinstance(child, Alias) or not isinstance(child, Literal) and '(' not in shown
        names.append(shown if plain else f'col{index + 1}')
    return struct_of(names, arguments)


@function('named_struct', 2, None)
def _named_struct(*values):
    return struct_of([str(v.literal) for v in values[0::2]], values[1::2])


def struct_of(names, values):
    lowered = [name.lower() for name in names]
    if len(set(lowered)) != len(lowered):
        raise refused('a struct with two fields of the same name')
    fields = [t.StructField(n, v.type, v.nullable) for n, v in zip(names, values)]
    body = ', '.join(f'{quote_text(n)}: {cast(v, v.type).sql}' for n, v in zip(names, values))
    return Typed(f'{{{body}}}', t.StructType(fields), False)


@function('create_map map', 0, None)
def _create_map(*values):
    keys, key_kind = alike(values[0::2], 'map')
    items, value_kind = alike(values[1::2], 'map')
    body = f'MAP {{{", ".join(f"{k.sql}: {v.sql}" for k, v in zip(keys, items))}}}'
    kind = t.MapType(key_kind, value_kind)
    return Typed(f'CAST({body} AS {duck_type(kind)})', kind, False)


@function('size cardinality', 1)
def _size(value):
    count = (
        f'cardinality({value.sql})' if isinstance(value.type, t.MapType) else f'len({value.sql})'
    )
    if isinstance(value.type, t.NullType):
        return Typed('CAST(-1 AS INTEGER)', INT, False)
    return Typed(f'coalesce(CAST({count} AS INTEGER), -1)', INT, False)


@function('array_size', 1)
def _array_size(value):
    return Typed(f'CAST(len({value.sql}) AS INTEGER)', INT)


@function('array_contains', 2)
def _array_contains(array, value):
    array, value, _ = _element_for(array_of(array, 'array_contains'), value)
    found = f'list_contains({array.sql}, {value.sql})'
    holes = f'list_contains(list_transform({array.sql}, lambda x: x IS NULL), true)'
    return Typed(
        f'CASE WHEN {array.sql} IS NULL OR {value.sql} IS NULL THEN NULL WHEN {found} THEN true '
        f'WHEN {holes} THEN NULL ELSE false END',
        BOOLEAN,
    )


@function('array_position', 2)
def _array_position(array, value):
    array, value, _ = _element_for(array_of(array, 'array_position'), value)
    sql = f'coalesce(list_position({array.sql}, {value.sql}), 0)'
    return Typed(
        f'CASE WHEN {array.sql} IS NOT NULL AND {value.sql} IS NOT NULL THEN CAST({sql} AS BIGINT) END',
        LONG,
    )


@function('array_remove', 2)
def _array_remove(array, value):
    array, value, kind = _element_for(array_of(array, 'array_remove'), value)
    name = f'x{fresh_id()}'
    sql = f'list_filter({array.sql}, lambda {name}: {name} IS NULL OR {name} <> {value.sql})'
    return Typed(f'CASE WHEN {value.sql} IS NOT NULL THEN {sql} END', t.ArrayType(kind))


def _ordered_once(name, make):
    """Distinct elements in the order of their first places."""

    @function(name, 1 if name == 'array_distinct' else 2)
    def rule_of(*arrays):
        arrays, kind = alike([array_of(a, name) for a in arrays], name)
        return Typed(make(*(a.sql for a in arrays)), kind)


def _distinct(sql):
    x, i = f'x{fresh_id()}', f'x{fresh_id()}'
    # Position of a NULL cannot be asked for, so NULLs are compared by a filter of their own.
    same = f'list_position({sql}, {x}) = {i}'
    first_null = f'list_position(list_transform({sql}, lambda y: y IS NULL), true) = {i}'
    return f'list_filter({sql}, lambda {x}, {i}: CASE WHEN {x} IS NULL THEN {first_null} ELSE {same} END)'


def _has(sql, element):
    nulls = f'list_contains(list_transform({sql}, lambda y: y IS NULL), true)'
    return f'CASE WHEN {element} IS NULL THEN {nulls} ELSE list_contains({sql}, {element}) END'


def _except(a, b):
    x = f'x{fresh_id()}'
    return f'list_filter({_distinct(a)}, lambda {x}: NOT ({_has(b, x)}))'


def _intersect(a, b):
    x = f'x{fresh_id()}'
    return f'list_filter({_distinct(a)}, lambda {x}: {_has(b, x)})'


_ordered_once('array_distinct', _distinct)
_ordered_once('array_union', lambda a, b: _distinct(f'({a} || {b})'))
_ordered_once('array_except', _except)
_ordered_once('array_intersect', _intersect)


@function('arrays_overlap', 2)
def _overlap(a, b):
    (a, b), _ = alike(
        [array_of(a, 'arrays_overlap'), array_of(b, 'arrays_overlap')], 'arrays_overlap'
    )
    holes = ' OR '.join(
        f'list_contains(list_transform({v.sql}, lambda y: y IS NULL), true)' for v in (a, b)
    )
    return Typed(
        f'CASE WHEN list_has_any({a.sql}, {b.sql}) THEN true '
        f'WHEN len({a.sql}) > 0 AND len({b.sql}) > 0 AND ({holes}) THEN NULL '
        f'WHEN {a.sql} IS NOT NULL AND {b.sql} IS NOT NULL THEN false END',
        BOOLEAN,
    )


@function('array_join', 2, 3)
def _array_join(array, separator, null_text=None):
    items = cast(array_of(array, 'array_join'), t.ArrayType(STRING)).sql
    x = f'x{fresh_id()}'
    if null_text is not None:
        items = f'list_transform({items}, lambda {x}: coalesce({x}, {text_of(null_text)}))'
    else:
        items = f'list_filter({items}, lambda {x}: {x} IS NOT NULL)'
    sql = f"coalesce(array_to_string({items}, {text_of(separator)}), '')"
    return Typed(f'CASE WHEN {array.sql} IS NOT NULL THEN {sql} END', STRING)


@function('sort_array', 1, 2)
def _sort_array(array, ascending=None):
    up = ascending is None or ascending.literal is not False
    order = "'ASC', 'NULLS FIRST'" if up else "'DESC', 'NULLS LAST'"
    return Typed(f'list_sort({array_of(array, "sort_array").sql}, {order})', array.type)


@rule('array_sort', 1, 2)
def _array_sort(call, scope, arguments):
    if len(arguments) > 1:
        raise refused('array_sort() with a comparison function')
    array = array_of(arguments[0], 'array_sort')
    return Typed(f"list_sort({array.sql}, 'ASC', 'NULLS LAST')", array.type)


def _extreme(name, sql_name):
    @function(name, 1)
    def make(array):
        return Typed(f'{sql_name}({array_of(array, name).sql})', array.type.elementType)


_extreme('array_max', 'list_max')
_extreme('array_min', 'list_min')


@function('array_repeat', 2)
def _array_repeat(value, count):
    i = f'x{fresh_id()}'
    sql = f'list_transform(range({int_of(count)}), lambda {i}: {value.sql})'
    kind = t.ArrayType(value.type)
    return Typed(f'CAST({sql} AS {duck_type(kind)})', kind)


@function('array_append', 2)
def _array_append(array, value):
    array, value, kind = _element_for(array_of(array, 'array_append'), value)
    return Typed(
        f'CASE WHEN {array.sql} IS NOT NULL THEN list_append({array.sql}, {value.sql}) END',
        t.ArrayType(kind),
    )


@function('array_prepend', 2)
def _array_prepend(array, value):
    array, value, kind = _element_for(array_of(array, 'array_prepend'), value)
    return Typed(
        f'CASE WHEN {array.sql} IS NOT NULL THEN list_prepend({value.sql}, {array.sql}) END',
        t.ArrayType(kind),
    )


@function('array_compact', 1)
def _array_compact(array):
    x = f'x{fresh_id()}'
    return Typed(
        f'list_filter({array_of(array, "array_compact").sql}, lambda {x}: {x} IS NOT NULL)',
        array.type,
    )


@function('slice', 3)
def _slice(array, start, length):
    a, s, n = array_of(array, 'slice').sql, int_of(start), int_of(length)
    begin = f'CASE WHEN {s} < 0 THEN len({a}) + {s} + 1 ELSE {s} END'
    sql = f'({a})[{begin}:{begin} + {n} - 1]'
    return Typed(
        f'CASE WHEN {begin} >= 1 AND {n} > 0 THEN {sql} WHEN {a} IS NOT NULL THEN [] END',
        array.type,
    )


@function('element_at try_element_at', 2)
def _element_at(value, key):
    if isinstance(value.type, t.MapType):
        return Typed(f'({value.sql})[{cast(key, value.type.keyType).sql}]', value.type.valueType)
    return Typed(
        f'list_extract({array_of(value, "element_at").sql}, {int_of(key)})', value.type.elementType
    )


@function('get', 2)
def _get(value, index):
    number = int_of(index)
    sql = f'CASE WHEN {number} >= 0 THEN ({array_of(value, "get").sql})[{number} + 1] END'
    return Typed(sql, value.type.elementType)


@function('flatten', 1)
def _flatten(value):
    inner = array_of(value, 'flatten').type.elementType
    x = f'x{fresh_id()}'
    holes = f'list_contains(list_transform({value.sql}, lambda {x}: {x} IS NULL), true)'
    return Typed(f'CASE WHEN {holes} THEN NULL ELSE flatten({value.sql}) END', inner)


@rule('arrays_zip', 1, None)
def _arrays_zip(call, scope, arrays):
    names = [
        child.output_name() if isinstance(child, (Name, Reference, Alias)) else str(place)
        for place, child in enumerate(call.arguments)
    ]
    kind = t.StructType([t.StructField(name, a.type.elementType) for name, a in zip(names, arrays)])
    i = f'x{fresh_id()}'
    count = f'greatest({", ".join(f"len({a.sql})" for a in arrays)}, 0)'
    items = ', '.join(f'{quote_text(name)}: ({a.sql})[{i}]' for name, a in zip(names, arrays))
    present = ' AND '.join(f'{a.sql} IS NOT NULL' for a in arrays)
    sql = f'list_transform(range(1, {count} + 1), lambda {i}: {{{items}}})'
    return Typed(f'CASE WHEN {present} THEN {sql} END', t.ArrayType(kind))


@function('sequence', 2, 3)
def _sequence(start, stop, step=None):
    if is_time(start.type):
        kind = DATE if isinstance(start.type, t.DateType) else TIMESTAMP
        stride = step.sql if step is not None else 'to_days(1)'
        if step is not None and step.type != INTERVAL:
            raise AnalysisException('The step of a sequence of dates must be an interval.')
        series = f'generate_series(CAST({start.sql} AS TIMESTAMP), CAST({cast(stop, kind).sql} AS TIMESTAMP), {stride})'
        return Typed(f'CAST({series} AS {duck_type(kind)}[])', t.ArrayType(kind, False))
    kind = wider_number(start.type, stop.type)
    a, b = start.sql, stop.sql
    stride = step.sql if step is not None else f'CASE WHEN {a} <= {b} THEN 1 ELSE -1 END'
    return Typed(
        f'CAST(generate_series({a}, {b}, {stride}) AS {duck_type(kind)}[])',
        t.ArrayType(kind, False),
    )


@function('reverse', 1)
def _reverse(value):
    if isinstance(value.type, t.ArrayType):
        return Typed(f'list_reverse({value.sql})', value.type)
    return Typed(f'reverse({text_of(value)})', STRING)


@function('map_keys', 1)
def _map_keys(value):
    return Typed(f'map_keys({value.sql})', t.ArrayType(value.type.keyType, False))


@function('map_values', 1)
def _map_values(value):
    return Typed(f'map_values({value.sql})', t.ArrayType(value.type.valueType))


@function('map_entries', 1)
def _map_entries(value):
    kind = t.StructType(
        [
            t.StructField('key', value.type.keyType, False),
            t.StructField('value', value.type.valueType),
        ]
    )
    return Typed(f'map_entries({value.sql})', t.ArrayType(kind))


@function('map_from_arrays', 2)
def _map_from_arrays(keys, values):
    kind = t.MapType(keys.type.elementType, values.type.elementType)
    return Typed(f'map({keys.sql}, {values.sql})', kind)


@function('map_from_entries', 1)
def _map_from_entries(value):
    pair = value.type.elementType
    key, item = pair.fields
    x = f'x{fresh_id()}'
    entry = (
        f'{{key: struct_extract({x}, {quote_text(key.name)}), '
        f'value: struct_extract({x}, {quote_text(item.name)})}}'
    )
    sql = f'map_from_entries(list_transform({value.sql}, lambda {x}: {entry}))'
    return Typed(sql, t.MapType(key.dataType, item.dataType))


@function('map_concat', 1, None)
def _map_concat(*values):
    kind = widest([v.type for v in values], 'map_concat')
    present = ' AND '.join(f'{v.sql} IS NOT NULL' for v in values)
    sql = f'map_concat({", ".join(cast(v, kind).sql for v in values)})'
    return Typed(f'CASE WHEN {present} THEN {sql} END', kind)


@function('map_contains_key', 2)
def _map_contains_key(value, key):
    sql = f'list_contains(map_keys({value.sql}), {cast(key, value.type.keyType).sql})'
    return Typed(sql, BOOLEAN)


@function('str_to_map', 1, 3)
def _str_to_map(value, pair=None, separator=None):
    first = text_of(pair) if pair is not None else "','"
    second = text_of(separator) if separator is not None else "':'"
    x = f'x{fresh_id()}'
    item = (
        f'{{key: string_split({x}, {second})[1], value: '
        f'CASE WHEN contains({x}, {second}) THEN substring({x}, instr({x}, {second}) + length({second})) END}}'
    )
    sql = f'map_from_entries(list_transform(string_split({text_of(value)}, {first}), lambda {x}: {item}))'
    return Typed(sql, t.MapType(STRING, STRING))


@rule('with_field', 3)
def _with_field(call, scope, arguments):
    value, name, item = arguments
    names, parts, done = [], [], False
    for field in value.type:
        if field.name.lower() == name.literal.lower():
            names.append(field.name)
            parts.append(item)
            done = True
        else:
            names.append(field.name)
            parts.append(
                Typed(f'struct_extract({value.sql}, {quote_text(field.name)})', field.dataType)
            )
    if not done:
        names.append(name.literal)
        parts.append(item)
    made = struct_of(names, parts)
    return Typed(f'CASE WHEN {value.sql} IS NOT NULL THEN {made.sql} END', made.type)


@rule('drop_fields', 2, None)
def _drop_fields(call, scope, arguments):
    value, gone = arguments[0], {str(a.literal).lower() for a in arguments[1:]}
    kept = [f for f in value.type if f.name.lower() not in gone]
    if not kept:
        raise AnalysisException(
            '[DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS] Cannot drop all fields in struct.'
        )
    parts = [Typed(f'struct_extract({value.sql}, {quote_text(f.name)})', f.dataType) for f in kept]
    made = struct_of([f.name for f in kept], parts)
    return Typed(f'CASE WHEN {value.sql} IS NOT NULL THEN {made.sql} END', made.type)
