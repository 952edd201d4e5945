"""Python values as literals of SQL, and as Spark writes them in the names of columns."""

import datetime
import decimal

from pyspark.sql import types as t

from .duck_types import duck_type
from .typed import quote_text


def java_double(value):
    """The text of a double as Java writes it."""
    if value != value or value in (float('inf'), float('-inf')):
        return {'nan': 'NaN', 'inf': 'Infinity', '-inf': '-Infinity'}[repr(value)]
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    text = ''.join(map(str, digits))
    return f'{"-" if sign else ""}{text[0]}.{text[1:] or "0"}E{len(text) - 1 + exponent}'


def literal_type(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return t.IntegerType() if -(2**31) <= value < 2**31 else t.LongType()
    if isinstance(value, decimal.Decimal):
        _, digits, exponent = value.as_tuple()
        scale = max(-exponent, 0)
        return t.DecimalType(max(len(digits) + max(exponent, 0), scale), scale)
    return t.infer_type(value)


def literal_sql(value, kind):
    if value is None:
        return 'NULL' if isinstance(kind, t.NullType) else f'CAST(NULL AS {duck_type(kind)})'
    if isinstance(kind, t.BooleanType):
        return 'true' if value else 'false'
    if isinstance(kind, t.IntegralType):
        return f'CAST({int(value)} AS {duck_type(kind)})'
    if isinstance(kind, (t.DoubleType, t.FloatType)):
        return f"CAST('{value!r}' AS {duck_type(kind)})"
    if isinstance(kind, t.StringType):
        return quote_text(str(value)) if '\x00' not in value else _with_zero_bytes(value)
    if isinstance(kind, t.BinaryType):
        return "from_hex('" + bytes(value).hex() + "')"
    if isinstance(kind, t.ArrayType):
        items = ', '.join(cast_literal(item, kind.elementType) for item in value)
        return f'CAST([{items}] AS {duck_type(kind)})'
    if isinstance(kind, t.MapType):
        pairs = ', '.join(
            f'{cast_literal(k, kind.keyType)}: {cast_literal(v, kind.valueType)}'
            for k, v in value.items()
        )
        return f'CAST(MAP {{{pairs}}} AS {duck_type(kind)})'
    if isinstance(kind, t.StructType):
        parts = ', '.join(
            f'{quote_text(f.name)}: {cast_literal(v, f.dataType)}' for f, v in zip(kind, value)
        )
        return f'{{{parts}}}'
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return f"CAST('{value}' AS {duck_type(kind)})"


def cast_literal(value, kind):
    return literal_sql(value, kind)


def _with_zero_bytes(value):
    return ' || chr(0) || '.join(quote_text(part) for part in value.split('\x00'))
