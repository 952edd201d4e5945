"""`CAST` as Spark does it when it is not in ANSI mode: what does not fit becomes NULL."""

from pyspark.errors import AnalysisException
from pyspark.sql import types as t

from .duck_types import duck_type
from .typed import Typed, fresh_id, quote_text

_LIMITS = {
    'byte': (-128, 127),
    'short': (-32768, 32767),
    'integer': (-2147483648, 2147483647),
    'long': (-9223372036854775808, 9223372036854775807),
}
_WIDTH = {'byte': 0, 'short': 1, 'integer': 2, 'long': 3}


def cast(value, target):
    """The value as the other type."""
    source = value.type
    if source == target or _same_storage(source, target):
        result = Typed(value.sql, target, value.nullable, value.literal)
    elif isinstance(source, t.NullType):
        result = Typed(f'CAST(NULL AS {duck_type(target)})', target, True, None)
    else:
        sql = _cast_sql(value, source, target)
        if sql is None:
            raise AnalysisException(
                f'[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION] Cannot resolve "CAST({value.sql} AS '
                f'{target.simpleString().upper()})" due to data type mismatch: cannot cast '
                f'"{source.simpleString().upper()}" to "{target.simpleString().upper()}".'
            )
        result = Typed(sql, target, value.nullable or not _always_fits(source, target))
    return result.marked(value)


def _always_fits(source, target):
    if isinstance(target, (t.StringType, t.BinaryType)):
        return True
    if isinstance(source, t.NumericType) and isinstance(target, (t.DoubleType, t.FloatType)):
        return True
    widening = isinstance(source, t.IntegralType) and isinstance(target, t.IntegralType)
    return widening and _WIDTH[source.name] <= _WIDTH[target.name]


def _same_storage(source, target):
    both_text = isinstance(source, t.StringType) and isinstance(target, t.StringType)
    return (both_text and type(target) is t.StringType) or (
        source.name.startswith('timestamp') and target.name.startswith('timestamp')
    )


def _cast_sql(value, source, target):
    if isinstance(target, t.StringType):
        return _to_text(value.sql, source, target)
    if isinstance(target, t.IntegralType):
        return _to_integer(value.sql, source, target)
    if isinstance(target, (t.FloatType, t.DoubleType)):
        return _to_fraction(value.sql, source, target)
    if isinstance(target, t.DecimalType):
        return _to_decimal(value.sql, source, target)
    if isinstance(target, t.BooleanType):
        return _to_boolean(value.sql, source)
    if isinstance(target, t.DateType):
        return _to_date(value.sql, source)
    if isinstance(target, (t.TimestampType, t.TimestampNTZType)):
        return _to_timestamp(value.sql, source)
    if isinstance(target, t.BinaryType):
        return f'encode({value.sql})' if isinstance(source, t.StringType) else None
    return _nested(value.sql, source, target)


def _to_text(sql, source, target):
    text = plain_text(sql, source)
    if isinstance(target, t.VarcharType):
        return f'left({text}, {target.length})'
    if isinstance(target, t.CharType):
        return f"rpad({text}, {target.length}, ' ')"
    return text


def plain_text(sql, source, nothing='null'):
    """The value as Spark's `CAST(… AS STRING)` writes it; `nothing` stands for NULL inside of it."""
    if isinstance(source, t.StringType):
        return sql
    if isinstance(source, t.DoubleType):
        return f'hr_double_text({sql})'
    if isinstance(source, t.FloatType):
        return f'hr_float_text({sql})'
    if isinstance(source, t.BinaryType):
        return f'decode({sql})'
    variable = f'x{fresh_id()}'
    if isinstance(source, t.ArrayType):
        item = f"coalesce({plain_text(variable, source.elementType, nothing)}, '{nothing}')"
        return f"('[' || array_to_string(list_transform({sql}, lambda {variable}: {item}), ', ') || ']')"
    if isinstance(source, t.MapType):
        key = plain_text(f'{variable}.key', source.keyType, nothing)
        item = plain_text(f'{variable}.value', source.valueType, nothing)
        pair = f"{key} || ' -> ' || coalesce({item}, '{nothing}')"
        entries = f'list_transform(map_entries({sql}), lambda {variable}: {pair})'
        return "('{' || array_to_string(" + entries + ", ', ') || '}')"
    if isinstance(source, t.StructType):
        parts = [
            f"coalesce({plain_text(_part(sql, f.name), f.dataType, nothing)}, '{nothing}')"
            for f in source
        ]
        body = " || ', ' || ".join(parts) or "''"
        return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {body} || '}}' END"
    return f'CAST({sql} AS VARCHAR)'


def _part(sql, name):
    return f'struct_extract({sql}, {quote_text(name)})'


def _to_integer(sql, source, target):
    low, high = _LIMITS[target.name]
    name = duck_type(target)
    if isinstance(source, t.StringType):
        return f'TRY_CAST(hr_long({sql}) AS {name})'
    if isinstance(source, t.BooleanType):
        return f'CAST({sql} AS {name})'
    if isinstance(source, t.IntegralType):
        if _WIDTH[source.name] <= _WIDTH[target.name]:
            return f'CAST({sql} AS {name})'
        return f'CAST(hr_wrap({sql}, {low}, {high}) AS {name})'
    if isinstance(source, (t.FloatType, t.DoubleType)):
        # AWS: Spark saturates and turns NaN into 0; a double just below 2^63 still fits.
        return (
            f'CASE WHEN isnan({sql}) THEN 0 WHEN {sql} >= {float(high)!r} THEN {high} '
            f'WHEN {sql} <= {float(low)!r} THEN {low} ELSE CAST(trunc({sql}) AS {name}) END'
        )
    if isinstance(source, t.DecimalType):
        return f'TRY_CAST(trunc({sql}) AS {name})'
    if isinstance(source, (t.TimestampType, t.TimestampNTZType)):
        return f'CAST(hr_seconds({sql}) AS {name})'
    return None


def _to_fraction(sql, source, target):
    name = duck_type(target)
    if isinstance(source, t.StringType):
        return f'hr_double({sql})' if name == 'DOUBLE' else f'CAST(hr_double({sql}) AS FLOAT)'
    if isinstance(source, (t.NumericType, t.BooleanType)):
        return f'CAST({sql} AS {name})'
    if isinstance(source, (t.TimestampType, t.TimestampNTZType)):
        return f'CAST(epoch_us({sql}) / 1e6 AS {name})'
    return None


def _to_decimal(sql, source, target):
    name = duck_type(target)
    if isinstance(source, t.StringType):
        return f'TRY_CAST(trim({sql}) AS {name})'
    if isinstance(source, (t.FloatType, t.DoubleType)):
        return f'TRY_CAST(CAST({sql} AS VARCHAR) AS {name})'
    if isinstance(source, t.BooleanType):
        return f'CAST(CAST({sql} AS INTEGER) AS {name})'
    if isinstance(source, t.NumericType):
        return f'TRY_CAST({sql} AS {name})'
    if isinstance(source, (t.TimestampType, t.TimestampNTZType)):
        return f'TRY_CAST(epoch_us({sql}) / 1e6 AS {name})'
    return None


def _to_boolean(sql, source):
    if isinstance(source, t.StringType):
        return f'hr_boolean({sql})'
    if isinstance(source, t.NumericType):
        return f'({sql} <> 0)'
    return None


def _to_date(sql, source):
    if isinstance(source, t.StringType):
        return f'hr_date({sql})'
    if isinstance(source, (t.TimestampType, t.TimestampNTZType)):
        return f'CAST({sql} AS DATE)'
    return None


def _to_timestamp(sql, source):
    if isinstance(source, t.StringType):
        return f'hr_timestamp({sql})'
    if isinstance(source, t.DateType):
        return f'CAST({sql} AS TIMESTAMP)'
    if isinstance(source, t.IntegralType):
        return f'make_timestamp(CAST({sql} AS BIGINT) * 1000000)'
    if isinstance(source, t.NumericType):
        return f'make_timestamp(CAST(trunc({sql} * 1000000) AS BIGINT))'
    if isinstance(source, t.BooleanType):
        return f'make_timestamp(CAST({sql} AS BIGINT))'
    return None


def _nested(sql, source, target):
    variable = f'x{fresh_id()}'
    if isinstance(source, t.ArrayType) and isinstance(target, t.ArrayType):
        item = cast(Typed(variable, source.elementType), target.elementType).sql
        return f'list_transform({sql}, lambda {variable}: {item})'
    if isinstance(source, t.MapType) and isinstance(target, t.MapType):
        key = cast(Typed(f'{variable}.key', source.keyType), target.keyType).sql
        item = cast(Typed(f'{variable}.value', source.valueType), target.valueType).sql
        entry = f'{{key: {key}, value: {item}}}'
        return f'map_from_entries(list_transform(map_entries({sql}), lambda {variable}: {entry}))'
    if isinstance(source, t.StructType) and isinstance(target, t.StructType):
        if len(source) != len(target):
            return None
        return struct_sql(
            sql,
            [(new, Typed(_part(sql, old.name), old.dataType)) for old, new in zip(source, target)],
        )
    return None


def struct_sql(sql, pairs):
    """A struct of the given fields, NULL where `sql` is NULL."""
    parts = ', '.join(
        f'{quote_text(field.name)}: {cast(value, field.dataType).sql}' for field, value in pairs
    )
    return f'CASE WHEN {sql} IS NOT NULL THEN {{{parts}}} END'
