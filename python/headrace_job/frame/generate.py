"""`explode`, `posexplode`, `inline`, `stack` and `json_tuple`: many rows of one."""

from headrace_job.expression.coercion import STRING, alike, text_of
from headrace_job.expression.typed import Attribute, fresh_id, quote_text
from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from . import plan as p


def generate(child, generator, names, session):
    """The child's columns and the generated ones, and the attributes of the latter."""
    scope = child.scope(session)
    values = [c.typed(scope) for c in generator.children]
    kind = generator.kind
    if kind == 'json_tuple':
        return _json_tuple(child, values, names)
    if kind == 'stack':
        entries, fields = _stack(values)
    else:
        entries, fields = _entries(kind, values[0], generator)
    if names and len(names) != len(fields):
        raise AnalysisException(
            f'[UNSUPPORTED_GENERATOR] The number of aliases supplied in the AS clause does not match the number of '
            f'columns output by the UDTF: expected {len(fields)} aliases but got {",".join(names)}.'
        )
    attributes = [
        Attribute(name, data) for name, (_, data) in zip(names or [f for f, _ in fields], fields)
    ]
    empty = f'CAST([NULL] AS {_entry_type(fields)}[])'
    source = (
        f'CASE WHEN len({entries}) > 0 THEN {entries} ELSE {empty} END'
        if generator.outer
        else entries
    )
    entry = f'c{fresh_id()}'
    unnested = p.Plan(
        child.attributes,
        p.named(
            child, ', '.join([*(a.sql for a in child.attributes), f'unnest({source}) AS {entry}'])
        ),
        [child],
    )
    parts = ', '.join(
        f"struct_extract({entry}, 'f{i}') AS {a.sql}" for i, a in enumerate(attributes)
    )
    columns = ', '.join([*(a.sql for a in child.attributes), parts])
    return p.Plan(
        [*child.attributes, *attributes], p.named(unnested, columns), [unnested]
    ), attributes


def _entry_type(fields):
    from headrace_job.expression.duck_types import duck_type

    return (
        'STRUCT(' + ', '.join(f'f{i} {duck_type(data)}' for i, (_, data) in enumerate(fields)) + ')'
    )


def _entries(kind, value, generator):
    """A list of structs {f0, f1, …} and the columns' names and types."""
    x, i = f'x{fresh_id()}', f'x{fresh_id()}'
    place = [('pos', t.IntegerType(), f'CAST({i} - 1 AS INTEGER)')] if kind == 'posexplode' else []
    if kind == 'inline':
        if not isinstance(value.type, t.ArrayType) or not isinstance(
            value.type.elementType, t.StructType
        ):
            raise AnalysisException('inline() needs an array of structs.')
        fields = [
            (f.name, f.dataType, f'struct_extract({x}, {quote_text(f.name)})')
            for f in value.type.elementType
        ]
        return _listed(value.sql, x, i, fields)
    if isinstance(value.type, t.ArrayType):
        return _listed(value.sql, x, i, [*place, ('col', value.type.elementType, x)])
    if isinstance(value.type, t.MapType):
        fields = [
            ('key', value.type.keyType, f'{x}.key'),
            ('value', value.type.valueType, f'{x}.value'),
        ]
        return _listed(f'map_entries({value.sql})', x, i, [*place, *fields])
    raise AnalysisException(
        f'[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] Cannot resolve "{generator.text()}" due to data type mismatch: '
        f'Parameter 1 requires the ("ARRAY" or "MAP") type, however it has the type '
        f'"{value.type.simpleString().upper()}".'
    )


def _listed(sql, x, i, fields):
    body = ', '.join(f"'f{k}': {part}" for k, (_, _, part) in enumerate(fields))
    return f'list_transform({sql}, lambda {x}, {i}: {{{body}}})', [
        (name, data) for name, data, _ in fields
    ]


def _stack(values):
    count = values[0].literal
    if not isinstance(count, int) or count < 1:
        raise AnalysisException('The first argument of stack() must be a positive literal number.')
    cells = values[1:]
    width = -(-len(cells) // count)
    columns = []
    for place in range(width):
        column, kind = alike(cells[place::width], 'stack')
        columns.append((column, kind))
    rows = []
    for row in range(count):
        parts = []
        for place, (column, kind) in enumerate(columns):
            value = column[row].sql if row < len(column) else 'NULL'
            parts.append(f"'f{place}': {value}")
        rows.append('{' + ', '.join(parts) + '}')
    fields = [(f'col{i}', kind) for i, (_, kind) in enumerate(columns)]
    return f'CAST([{", ".join(rows)}] AS {_entry_type(fields)}[])', fields


def _json_tuple(child, values, names):
    body = text_of(values[0])
    keys = [v.literal for v in values[1:]]
    if not all(isinstance(key, str) for key in keys):
        raise refused('json_tuple() with names that are not literals')
    attributes = [Attribute(name, STRING) for name in names or [f'c{i}' for i in range(len(keys))]]
    items = [(a, a.sql) for a in child.attributes]
    for attribute, key in zip(attributes, keys):
        path = quote_text('$."' + key.replace('"', '') + '"')
        items.append(
            (
                attribute,
                f'CASE WHEN json_valid({body}) THEN json_extract_string({body}, {path}) END',
            )
        )
    return p.project(child, items), attributes
