"""Which type two values meet in."""

from pyspark.errors import AnalysisException
from pyspark.sql import types as t

from .casts import cast
from .typed import Typed

STRING, BOOLEAN, INT, LONG = t.StringType(), t.BooleanType(), t.IntegerType(), t.LongType()
DOUBLE, FLOAT, DATE, TIMESTAMP = t.DoubleType(), t.FloatType(), t.DateType(), t.TimestampType()
BINARY, NULL, INTERVAL = t.BinaryType(), t.NullType(), t.DayTimeIntervalType()

_INTEGER_ORDER = ['byte', 'short', 'integer', 'long']
_INTEGER_DIGITS = {'byte': 3, 'short': 5, 'integer': 10, 'long': 20}


def is_time(kind):
    return isinstance(kind, (t.DateType, t.TimestampType, t.TimestampNTZType))


def is_number(kind):
    return isinstance(kind, t.NumericType)


def to_boolean(value):
    """SQL of a condition."""
    if isinstance(value.type, (t.BooleanType, t.NullType)):
        return value.sql
    if isinstance(value.type, t.StringType):
        return cast(value, BOOLEAN).sql
    raise AnalysisException(
        f'[DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN] Filter expression "{value.sql}" of type '
        f'"{value.type.simpleString().upper()}" is not a boolean.'
    )


def as_decimal(kind, literal=None):
    """The decimal that holds every value of the integral type (or just the literal)."""
    if isinstance(kind, t.DecimalType):
        return kind
    if isinstance(literal, int):
        return t.DecimalType(max(len(str(abs(literal))), 1), 0)
    return t.DecimalType(_INTEGER_DIGITS[kind.name], 0)


def wider_number(left, right):
    if left == right:
        return left
    if isinstance(left, t.DecimalType) or isinstance(right, t.DecimalType):
        if isinstance(left, (t.DoubleType, t.FloatType)) or isinstance(
            right, (t.DoubleType, t.FloatType)
        ):
            return DOUBLE
        one, other = as_decimal(left), as_decimal(right)
        scale = max(one.scale, other.scale)
        whole = max(one.precision - one.scale, other.precision - other.scale)
        return bounded(whole + scale, scale)
    if isinstance(left, t.DoubleType) or isinstance(right, t.DoubleType):
        return DOUBLE
    if isinstance(left, t.FloatType) or isinstance(right, t.FloatType):
        return FLOAT
    order = _INTEGER_ORDER
    return left if order.index(left.name) >= order.index(right.name) else right


def bounded(precision, scale):
    """Spark's way to fit a result into 38 digits."""
    if precision <= 38:
        return t.DecimalType(precision, scale)
    digits = precision - scale
    least = min(scale, 6)
    return t.DecimalType(38, max(38 - digits, least))


def wider(left, right):
    """One type for both, or None."""
    if left == right or isinstance(right, t.NullType):
        return left
    if isinstance(left, t.NullType):
        return right
    if is_number(left) and is_number(right):
        return wider_number(left, right)
    if is_time(left) and is_time(right):
        return TIMESTAMP
    if isinstance(left, t.StringType) and isinstance(right, t.AtomicType):
        return STRING if not isinstance(right, t.BinaryType) else None
    if isinstance(right, t.StringType) and isinstance(left, t.AtomicType):
        return STRING if not isinstance(left, t.BinaryType) else None
    return _wider_nested(left, right)


def _wider_nested(left, right):
    if isinstance(left, t.ArrayType) and isinstance(right, t.ArrayType):
        element = wider(left.elementType, right.elementType)
        return element and t.ArrayType(element)
    if isinstance(left, t.MapType) and isinstance(right, t.MapType):
        key, value = wider(left.keyType, right.keyType), wider(left.valueType, right.valueType)
        return key and value and t.MapType(key, value)
    if isinstance(left, t.StructType) and isinstance(right, t.StructType):
        if len(left) != len(right):
            return None
        kinds = [wider(a.dataType, b.dataType) for a, b in zip(left, right)]
        if any(kind is None for kind in kinds):
            return None
        return t.StructType([t.StructField(f.name, kind) for f, kind in zip(left, kinds)])
    return None


def widest(kinds, what):
    """One type for all; AnalysisException when there is none."""
    found = NULL
    for kind in kinds:
        merged = wider(found, kind)
        if merged is None:
            raise AnalysisException(
                f'[DATATYPE_MISMATCH.DATA_DIFF_TYPES] Cannot resolve "{what}" due to data type '
                "mismatch: Input to the function should all be the same type, but it's "
                f'[{", ".join(k.simpleString().upper() for k in kinds)}].'
            )
        found = merged
    return found


def alike(values, what):
    """The values, all cast to the type that holds each of them."""
    kind = widest([value.type for value in values], what)
    return [cast(value, kind) for value in values], kind


def comparable(left, right):
    """Both sides of a comparison in one type: a text beside a number or time is read as such."""
    one, other = left.type, right.type
    if one == other or (is_number(one) and is_number(other)):
        return left, right
    if isinstance(one, t.NullType) or isinstance(other, t.NullType):
        kind = wider(one, other)
        return cast(left, kind), cast(right, kind)
    if isinstance(one, t.StringType) and not isinstance(other, t.StringType):
        return cast(left, _beside_text(other)), right
    if isinstance(other, t.StringType) and not isinstance(one, t.StringType):
        return left, cast(right, _beside_text(one))
    if isinstance(one, t.BooleanType) and is_number(other):
        return cast(left, INT), right
    if isinstance(other, t.BooleanType) and is_number(one):
        return left, cast(right, INT)
    kind = wider(one, other)
    if kind is None:
        raise AnalysisException(
            '[DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] Cannot resolve the comparison due to data '
            f'type mismatch: the left and right operands have incompatible types '
            f'("{one.simpleString().upper()}" and "{other.simpleString().upper()}").'
        )
    return cast(left, kind), cast(right, kind)


def _beside_text(kind):
    return DOUBLE if isinstance(kind, t.DecimalType) else kind


def text_of(value):
    return cast(value, STRING).sql


def double_of(value):
    return cast(value, DOUBLE).sql


def date_of(value):
    return cast(value, DATE).sql


def timestamp_of(value):
    return cast(value, TIMESTAMP).sql


def int_of(value):
    return cast(value, INT).sql


def typed(sql, kind, nullable=True):
    return Typed(sql, kind, nullable)
