"""JSON in text columns."""

import json
import re

from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from .coercion import STRING, text_of
from .duck_types import duck_type
from .registry import rule, show_as
from .typed import Typed, fresh_id, quote_text


show_as('from_json', lambda text, *_more: f'from_json({text})')


def structure(kind):
    """The shape of a type as DuckDB's json_transform wants it."""
    if isinstance(kind, t.StructType):
        return {field.name: structure(field.dataType) for field in kind}
    if isinstance(kind, t.ArrayType):
        return [structure(kind.elementType)]
    if isinstance(kind, t.MapType):
        return f'MAP({duck_type(kind.keyType)}, {duck_type(kind.valueType)})'
    return duck_type(kind)


def parse_json_sql(text, kind):
    """Text read as the type: NULL where it is no JSON, and for each part that does not fit."""
    shape = quote_text(json.dumps(structure(kind)))
    parsed = f'CASE WHEN json_valid({text}) THEN json_transform({text}, {shape})'
    if isinstance(kind, t.StructType):
        # A struct of NULLs tells broken text from none.
        parsed += f" WHEN {text} IS NOT NULL THEN json_transform('{{}}', {shape})"
    return parsed + ' END'


def writable(sql, kind):
    """SQL of a value whose to_json is what Spark writes: ISO times, base64, no NULL members."""
    x = f'x{fresh_id()}'
    if isinstance(kind, (t.TimestampType, t.TimestampNTZType)):
        return f"strftime({sql}, '%Y-%m-%dT%H:%M:%S.%gZ')"
    if isinstance(kind, t.BinaryType):
        return f'to_base64({sql})'
    if isinstance(kind, t.ArrayType):
        item = writable(x, kind.elementType)
        return sql if item == x else f'list_transform({sql}, lambda {x}: {item})'
    if isinstance(kind, t.StructType):
        parts = [(f, f'struct_extract({sql}, {quote_text(f.name)})') for f in kind]
        row = object_sql([(f.name, part, f.dataType) for f, part in parts])
        return f'CASE WHEN {sql} IS NOT NULL THEN {row} END'
    if isinstance(kind, t.MapType):
        item = writable(f'{x}.value', kind.valueType)
        if item == f'{x}.value':
            return sql
        entry = f'{{key: {x}.key, value: {item}}}'
        return f'map_from_entries(list_transform(map_entries({sql}), lambda {x}: {entry}))'
    return sql


def object_sql(members):
    """JSON of (name, SQL, type) members without those that are NULL."""
    if not members:
        return "CAST('{}' AS JSON)"
    body = ', '.join(f'{quote_text(name)}: {writable(sql, kind)}' for name, sql, kind in members)
    whole = f'to_json({{{body}}})'
    holes = ' OR '.join(f'{sql} IS NULL' for _, sql, _ in members)
    # Taking members out costs much more than looking whether there is one to take.
    return f"CASE WHEN {holes} THEN json_merge_patch('{{}}', {whole}) ELSE {whole} END"


@rule('to_json', 1, 2)
def _to_json(call, scope, arguments):
    value = arguments[0]
    if not isinstance(value.type, (t.StructType, t.ArrayType, t.MapType)):
        raise AnalysisException(
            '[DATATYPE_MISMATCH] Input schema of to_json must be a struct, an array or a map.'
        )
    body = writable(value.sql, value.type)
    return Typed(
        f'CAST(CASE WHEN {value.sql} IS NOT NULL THEN to_json({body}) END AS VARCHAR)', STRING
    )


@rule('from_json', 2, 3)
def _from_json(call, scope, arguments):
    text, schema = arguments[0], arguments[1]
    if not isinstance(schema.literal, str):
        raise refused('from_json() with a schema that is not a literal')
    kind = parse_schema(schema.literal)
    return Typed(parse_json_sql(text_of(text), kind), kind)


def parse_schema(text):
    if text.lstrip().startswith('{'):
        return t.type_from_json(json.loads(text))
    from headrace_job.parse.type_names import parse_type_or_struct

    return parse_type_or_struct(text)


@rule('get_json_object', 2)
def _get_json_object(call, scope, arguments):
    text, path = arguments
    if not isinstance(path.literal, str):
        raise refused('get_json_object() with a path that is not a literal')
    body, where = text_of(text), json_path(path.literal)
    if where is None:
        return Typed('CAST(NULL AS VARCHAR)', STRING)
    if '[*]' in where:
        value = f'CAST(to_json(json_extract({body}, {quote_text(where)})) AS VARCHAR)'
        return Typed(f"CASE WHEN json_valid({body}) THEN nullif({value}, '[]') END", STRING)
    return Typed(
        f'CASE WHEN json_valid({body}) THEN json_extract_string({body}, {quote_text(where)}) END',
        STRING,
    )


def json_path(text):
    """Spark's path with each name quoted for DuckDB; None when it is no path."""
    if not text.startswith('$'):
        return None
    out, rest = '$', text[1:]
    while rest:
        match = re.match(r"\.([^.\[]+)|\['([^']*)'\]|\[(\d+|\*)\]", rest)
        if not match:
            return None
        name = match.group(1) if match.group(1) is not None else match.group(2)
        if name == '*':
            out += '[*]'
        elif name is not None:
            out += '."' + name.replace('"', '') + '"'
        else:
            out += f'[{match.group(3)}]'
        rest = rest[match.end() :]
    return out


@rule('json_array_length', 1)
def _json_array_length(call, scope, arguments):
    body = text_of(arguments[0])
    sql = f"CASE WHEN json_valid({body}) AND json_type({body}) = 'ARRAY' THEN CAST(json_array_length({body}) AS INTEGER) END"
    return Typed(sql, t.IntegerType())


@rule('json_object_keys', 1)
def _json_object_keys(call, scope, arguments):
    body = text_of(arguments[0])
    sql = (
        f"CASE WHEN json_valid({body}) AND json_type({body}) = 'OBJECT' THEN json_keys({body}) END"
    )
    return Typed(sql, t.ArrayType(STRING))


@rule('schema_of_json', 1)
def _schema_of_json(call, scope, arguments):
    if not isinstance(arguments[0].literal, str):
        raise refused('schema_of_json() of a value that is not a literal')
    kind = infer_json(json.loads(arguments[0].literal))
    return Typed(quote_text(_type_text(kind)), STRING, False)


def _type_text(kind):
    if isinstance(kind, t.StructType):
        return 'STRUCT<' + ', '.join(f'{f.name}: {_type_text(f.dataType)}' for f in kind) + '>'
    if isinstance(kind, t.ArrayType):
        return f'ARRAY<{_type_text(kind.elementType)}>'
    return kind.simpleString().upper()


def infer_json(value):
    """The type Spark infers for a JSON value (members in the order of their names)."""
    if isinstance(value, dict):
        return t.StructType([t.StructField(k, infer_json(value[k])) for k in sorted(value)])
    if isinstance(value, list):
        return t.ArrayType(t.merge_all(infer_json(item) for item in value))
    return STRING if value is None else t.infer_type(value)
