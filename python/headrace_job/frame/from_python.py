"""Rows that come from Python: `createDataFrame`, functions called for each row, and their types."""

import base64
import datetime
import decimal
import json
import os

from headrace_job.expression.duck_types import duck_type
from headrace_job.expression.nodes import PythonCall, Reference
from headrace_job.expression.typed import Attribute, fresh_id
from pyspark.errors import PySparkTypeError, PythonException
from pyspark.sql import types as t

from .execution import quoted
from .plan import Plan, named


def writer(kind, where='value'):
    """What turns a Python value of the type into its JSON; raises TypeError for another value."""
    if isinstance(kind, (t.ArrayType, t.MapType, t.StructType)):
        return _nested_writer(kind, where)
    if isinstance(kind, t.BooleanType):
        return _checked(where, kind, (bool,), lambda v: v)
    if isinstance(kind, t.IntegralType):
        return _checked(where, kind, (int,), int)
    if isinstance(kind, (t.DoubleType, t.FloatType)):
        return _checked(where, kind, (float, int), _float)
    if isinstance(kind, t.StringType):
        return _checked(where, kind, (str,), lambda v: v)
    if isinstance(kind, t.DecimalType):
        return _checked(where, kind, (decimal.Decimal, int), str)
    if isinstance(kind, (t.TimestampType, t.TimestampNTZType)):
        return _checked(where, kind, (datetime.datetime,), _utc)
    if isinstance(kind, t.DateType):
        return _checked(where, kind, (datetime.date,), lambda v: v.isoformat()[:10])
    if isinstance(kind, t.BinaryType):
        return _checked(where, kind, (bytes, bytearray), lambda v: base64.b64encode(v).decode())
    return lambda value: None


def _float(value):
    value = float(value)
    return value if value - value == 0 else repr(value)


def _utc(value):
    if value.tzinfo:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value.isoformat(' ')


def _checked(where, kind, accepted, convert):
    def write(value):
        if value is None:
            return None
        if not isinstance(value, accepted):
            item = getattr(value, 'item', None)
            if item and isinstance(item(), accepted):
                value = item()
            else:
                raise PySparkTypeError(
                    f'[CANNOT_ACCEPT_OBJECT_IN_TYPE] `{type(kind).__name__}` can not accept object '
                    f'`{value}` in type `{type(value).__name__}` (field {where}).'
                )
        return convert(value)

    return write


def _nested_writer(kind, where):
    if isinstance(kind, t.ArrayType):
        inner = writer(kind.elementType, where)
        return lambda value: None if value is None else [inner(item) for item in value]
    if isinstance(kind, t.MapType):
        key, item = writer(kind.keyType, where), writer(kind.valueType, where)
        return lambda value: (
            None if value is None else [[key(k), item(v)] for k, v in value.items()]
        )
    names, writers = kind.names, [writer(f.dataType, f.name) for f in kind]

    def struct(value):
        if value is None:
            return None
        if isinstance(value, dict):
            parts = [value.get(name) for name in names]
        elif isinstance(value, (tuple, list)):
            parts = list(value)
        else:
            parts = [getattr(value, name) for name in names]
        if len(parts) != len(names):
            raise PySparkTypeError(
                f'[FIELD_STRUCT_LENGTH_MISMATCH] Length of object ({len(parts)}) does not match with '
                f'length of fields ({len(names)}).'
            )
        return {name: write(part) for name, write, part in zip(names, writers, parts)}

    return struct


def loader(sql, kind):
    """SQL of the column from what `writer` wrote."""
    x = f'x{fresh_id()}'
    if isinstance(kind, t.BinaryType):
        return f'from_base64({sql})'
    if isinstance(kind, t.ArrayType):
        item = loader(x, kind.elementType)
        return sql if item == x else f'list_transform({sql}, lambda {x}: {item})'
    if isinstance(kind, t.MapType):
        key, item = loader(f'{x}.key', kind.keyType), loader(f'{x}.item', kind.valueType)
        entries = f'list_transform({sql}, lambda {x}: {{key: {key}, value: {item}}})'
        return f'map_from_entries({entries})'
    if isinstance(kind, t.StructType):
        parts = ', '.join(
            f"'{quoted(f.name)}': {loader(f'struct_extract({sql}, {chr(39)}{quoted(f.name)}{chr(39)})', f.dataType)}"
            for f in kind
        )
        return f'CASE WHEN {sql} IS NOT NULL THEN {{{parts}}} END' if _changes(kind) else sql
    return sql


def _changes(kind):
    if isinstance(kind, (t.BinaryType, t.MapType)):
        return True
    if isinstance(kind, t.ArrayType):
        return _changes(kind.elementType)
    return isinstance(kind, t.StructType) and any(_changes(f.dataType) for f in kind)


def stored_type(kind):
    """The DuckDB type of what `writer` wrote, as it stands in the file."""
    if isinstance(kind, t.BinaryType):
        return 'VARCHAR'
    if isinstance(kind, t.ArrayType):
        return stored_type(kind.elementType) + '[]'
    if isinstance(kind, t.MapType):
        return f'STRUCT(key {stored_type(kind.keyType)}, item {stored_type(kind.valueType)})[]'
    if isinstance(kind, t.StructType):
        from headrace_job.expression.typed import quote_name

        parts = ', '.join(f'{quote_name(f.name)} {stored_type(f.dataType)}' for f in kind)
        return f'STRUCT({parts})'
    return duck_type(kind)


def map_pairs(kind):
    """Maps are written as pairs; DuckDB's JSON reader wants them as objects of key and item."""
    if isinstance(kind, t.MapType):
        key, item = map_pairs(kind.keyType), map_pairs(kind.valueType)
        return lambda value: (
            None if value is None else [{'key': key(k), 'item': item(v)} for k, v in value]
        )
    if isinstance(kind, t.ArrayType):
        inner = map_pairs(kind.elementType)
        return lambda value: None if value is None else [inner(v) for v in value]
    if isinstance(kind, t.StructType):
        inner = {f.name: map_pairs(f.dataType) for f in kind}
        return lambda value: None if value is None else {n: inner[n](v) for n, v in value.items()}
    return lambda value: value


def file_writer(kind, where='value'):
    write = writer(kind, where)
    if not _changes(kind):
        return write
    pairs = map_pairs(kind)
    return lambda value: pairs(write(value))


def write_rows(path, attributes, rows):
    """Writes rows (sequences of Python values) as lines of JSON; answers how many."""
    writers = [(a.sql, file_writer(a.type, a.name)) for a in attributes]
    count = 0
    dump = json.JSONEncoder(ensure_ascii=False, separators=(',', ':')).encode
    with open(path, 'w', encoding='utf-8') as out:
        for row in rows:
            out.write(
                dump({name: write(value) for (name, write), value in zip(writers, row)}) + '\n'
            )
            count += 1
    return count


def read_written(path, attributes):
    """SQL that reads such a file."""
    if not attributes:
        return f"SELECT 1 AS c0 FROM read_csv('{quoted(path)}', columns={{'l': 'VARCHAR'}}, auto_detect=false)"
    columns = ', '.join(f"'{a.sql}': '{quoted(stored_type(a.type))}'" for a in attributes)
    selected = ', '.join(
        a.sql if not _changes(a.type) else f'{loader(a.sql, a.type)} AS {a.sql}' for a in attributes
    )
    return (
        f"SELECT {selected} FROM read_json('{quoted(path)}', format='newline_delimited', "
        f'columns={{{columns}}}, maximum_object_size=134217728)'
    )


def rows_plan(engine, schema, rows):
    """A plan over rows of Python values."""
    attributes = [Attribute(f.name, f.dataType, f.nullable) for f in schema]
    path = engine.scratch('.ndjson')
    count = write_rows(path, attributes, rows)
    if not count:
        nulls = (
            ', '.join(f'CAST(NULL AS {duck_type(a.type)}) AS {a.sql}' for a in attributes)
            or '1 AS c0'
        )
        os.unlink(path)
        return Plan(attributes, f'SELECT {nulls} WHERE false', cheap=True)
    return Plan(attributes, read_written(path, attributes), cheap=True)


def with_python(child, expressions, scope_of):
    """Takes the calls of Python functions out of the expressions: the child with a column for each,
    and the expressions with these columns in their places. Inner calls come first."""
    while any(isinstance(node, PythonCall) for e in expressions for node in e.walk()):
        ready = []
        for expression in expressions:
            for node in expression.walk():
                inner = [n for n in node.walk() if isinstance(n, PythonCall) and n is not node]
                if isinstance(node, PythonCall) and not inner and not any(node is r for r in ready):
                    ready.append(node)
        child, attributes = python_plan(child, ready, scope_of(child))
        columns = list(zip(ready, attributes))

        def change(node, columns=columns):
            for call, attribute in columns:
                if node is call:
                    return Reference(attribute)
            return None

        expressions = [e.replaced(change) for e in expressions]
    return child, expressions


def python_plan(child, calls, scope):
    """The child's columns and one more for each call. Runs once, when the plan is first needed."""
    results = [Attribute(call.text(), call.type) for call in calls]
    arguments, functions = [], []
    for call in calls:
        given = [argument.typed(scope) for argument in call.children]
        attributes = [Attribute('argument', value.type) for value in given]
        functions.append((call, attributes, [value.type for value in given]))
        arguments += zip(attributes, given)
    wide = ', '.join(
        [*(a.sql for a in child.attributes), *(f'{v.sql} AS {a.sql}' for a, v in arguments)]
    )
    attributes = [*child.attributes, *results]
    plan = Plan(attributes, '', [child])

    def prepare(engine):
        if plan.sql:
            return
        table = engine.new_table()
        input_plan = Plan([a for a, _ in arguments], '', [])
        source = Plan([*child.attributes, *(a for a, _ in arguments)], named(child, wide), [child])
        engine.run(source, lambda body: f'CREATE TEMP TABLE {table} AS {body}')
        input_plan.sql = f'SELECT {input_plan.columns or "1 AS c0"} FROM {table}'
        path = engine.scratch('.ndjson')
        write_rows(path, results, _called(functions, engine.rows(input_plan)))
        made = engine.new_table()
        engine.sql(f'CREATE TEMP TABLE {made} AS {read_written(path, results)}')
        os.unlink(path)
        kept = ', '.join(
            [*(f't.{a.sql}' for a in child.attributes), *(f'r.{a.sql}' for a in results)]
        )
        plan.sql = f'SELECT {kept} FROM {table} t POSITIONAL JOIN {made} r'
        plan.inputs = []
        plan.cheap = True
        engine.drop_later(plan, table)
        engine.drop_later(plan, made)

    plan.prepare = prepare
    return plan, results


def _called(functions, rows):
    plans = []
    place = 0
    for call, attributes, kinds in functions:
        function = call.function(kinds) if call.aware else call.function
        plans.append((call, function, slice(place, place + len(attributes)), _lenient(call.type)))
        place += len(attributes)
    for row in rows:
        yield [_call(call, function, row[part], fit) for call, function, part, fit in plans]


def _call(call, function, values, fit):
    try:
        return fit(function(*values))
    except Exception as error:
        error.add_note(f'in the Python function {call.name}()') if hasattr(
            error, 'add_note'
        ) else None
        raise PythonException(
            f'An exception was thrown from the Python worker: {type(error).__name__}: {error} '
            f"(in the function '{call.name}')"
        ) from error


def _lenient(kind):
    """A udf's result of another type than declared is NULL, not an error, as in Spark."""
    if isinstance(kind, t.BooleanType):
        return lambda v: v if isinstance(v, bool) else None
    if isinstance(kind, t.IntegralType):
        low, high = {
            'byte': (-128, 127),
            'short': (-32768, 32767),
            'integer': (-(2**31), 2**31 - 1),
        }.get(kind.name, (-(2**63), 2**63 - 1))
        return lambda v: (
            v if isinstance(v, int) and not isinstance(v, bool) and low <= v <= high else None
        )
    if isinstance(kind, (t.DoubleType, t.FloatType)):
        return lambda v: v if isinstance(v, float) else None
    if isinstance(kind, t.StringType):
        return lambda v: v if isinstance(v, str) or v is None else _java_text(v)
    if isinstance(kind, t.DecimalType):
        return lambda v: v if isinstance(v, decimal.Decimal) else None
    return lambda v: v


def _java_text(value):
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
