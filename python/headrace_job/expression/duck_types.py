"""Spark's types in DuckDB's words, and the other way round."""

import re

from pyspark.errors import refused
from pyspark.sql import types as t

from .typed import quote_name

_TO_DUCK = {
    'void': 'VARCHAR',
    'string': 'VARCHAR',
    'binary': 'BLOB',
    'boolean': 'BOOLEAN',
    'date': 'DATE',
    'timestamp': 'TIMESTAMP',
    'timestamp_ntz': 'TIMESTAMP',
    'byte': 'TINYINT',
    'short': 'SMALLINT',
    'integer': 'INTEGER',
    'long': 'BIGINT',
    'float': 'FLOAT',
    'double': 'DOUBLE',
    'interval': 'INTERVAL',
}

_FROM_DUCK = {
    'BOOLEAN': t.BooleanType(),
    'TINYINT': t.ByteType(),
    'SMALLINT': t.ShortType(),
    'INTEGER': t.IntegerType(),
    'BIGINT': t.LongType(),
    'UTINYINT': t.ShortType(),
    'USMALLINT': t.IntegerType(),
    'UINTEGER': t.LongType(),
    'UBIGINT': t.DecimalType(20, 0),
    'HUGEINT': t.DecimalType(38, 0),
    'UHUGEINT': t.DecimalType(38, 0),
    'BIGNUM': t.DecimalType(38, 0),
    'FLOAT': t.FloatType(),
    'DOUBLE': t.DoubleType(),
    'VARCHAR': t.StringType(),
    'JSON': t.StringType(),
    'UUID': t.StringType(),
    'TIME': t.StringType(),
    'TIME WITH TIME ZONE': t.StringType(),
    'ENUM': t.StringType(),
    'BLOB': t.BinaryType(),
    'BIT': t.StringType(),
    'DATE': t.DateType(),
    'TIMESTAMP': t.TimestampType(),
    'TIMESTAMP_S': t.TimestampType(),
    'TIMESTAMP_MS': t.TimestampType(),
    'TIMESTAMP_NS': t.TimestampType(),
    'TIMESTAMP WITH TIME ZONE': t.TimestampType(),
    'INTERVAL': t.DayTimeIntervalType(),
    '"NULL"': t.NullType(),
    'NULL': t.NullType(),
}


def duck_type(kind):
    """The name of the type that DuckDB keeps such values in."""
    if isinstance(kind, t.DecimalType):
        return f'DECIMAL({kind.precision},{kind.scale})'
    if isinstance(kind, t.ArrayType):
        return duck_type(kind.elementType) + '[]'
    if isinstance(kind, t.MapType):
        return f'MAP({duck_type(kind.keyType)}, {duck_type(kind.valueType)})'
    if isinstance(kind, t.StructType):
        fields = ', '.join(f'{quote_name(f.name)} {duck_type(f.dataType)}' for f in kind)
        return f'STRUCT({fields})'
    return _TO_DUCK[kind.name]


_DUCK_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|\d+|\w+|[(),\[\]])')


def spark_type(text):
    """The Spark type for a type as DuckDB's DESCRIBE names it."""
    tokens, position = [], 0
    while position < len(text):
        match = _DUCK_TOKEN.match(text, position)
        if not match:
            raise refused(f"the column type '{text}'")
        tokens.append(match.group(1))
        position = match.end()
    kind, rest = _read(tokens, text)
    if rest:
        raise refused(f"the column type '{text}'")
    return kind


def _read(tokens, text):
    head, rest = tokens[0], tokens[1:]
    if head in ('STRUCT', 'MAP') and rest and rest[0] == '(':
        kind, rest = _struct(rest[1:], text) if head == 'STRUCT' else _map(rest[1:], text)
    elif head == 'DECIMAL' and rest[:1] == ['(']:
        kind, rest = t.DecimalType(int(rest[1]), int(rest[3])), rest[5:]
    elif head == 'ENUM' and rest[:1] == ['(']:
        kind, rest = t.StringType(), rest[rest.index(')') + 1 :]
    else:
        while rest and rest[0] in ('WITH', 'TIME', 'ZONE'):
            head, rest = f'{head} {rest[0]}', rest[1:]
        if head not in _FROM_DUCK:
            raise refused(f"the column type '{text}'")
        kind = _FROM_DUCK[head]
    while rest and rest[0] == '[':
        kind, rest = t.ArrayType(kind), rest[rest.index(']') + 1 :]
    return kind, rest


def _struct(tokens, text):
    fields = []
    while True:
        name = tokens[0]
        if name.startswith('"'):
            name = name[1:-1].replace('""', '"')
        kind, tokens = _read(tokens[1:], text)
        fields.append(t.StructField(name, kind))
        separator, tokens = tokens[0], tokens[1:]
        if separator == ')':
            return t.StructType(fields), tokens


def _map(tokens, text):
    key, tokens = _read(tokens, text)
    value, tokens = _read(tokens[1:], text)
    return t.MapType(key, value), tokens[1:]


def stays_as_is(text):
    """True when values of this DuckDB type need no conversion to be of `spark_type(text)`."""
    return duck_type(spark_type(text)) == text.replace('"NULL"', 'VARCHAR')
