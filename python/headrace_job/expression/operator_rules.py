"""Operators: arithmetic, comparison, logic, membership, access to elements."""

from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from .casts import cast, plain_text
from .coercion import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INT,
    INTERVAL,
    LONG,
    NULL,
    STRING,
    TIMESTAMP,
    alike,
    as_decimal,
    bounded,
    comparable,
    int_of,
    is_number,
    is_time,
    text_of,
    to_boolean,
    wider_number,
)
from .duck_types import duck_type
from .registry import function, rule, show_as
from .typed import Typed, field_of

for _name in ('+', '-', '*', '/', '%', '=', '<=>', '<', '<=', '>', '>=', '&', '|', '^', 'div'):
    show_as(_name, '({0} ' + _name + ' {1})')
show_as('<>', '(NOT ({0} = {1}))')
show_as('and', '({0} AND {1})')
show_as('or', '({0} OR {1})')
show_as('not', '(NOT {0})')
show_as('negative', '(- {0})')
show_as('isnull', '({0} IS NULL)')
show_as('isnotnull', '({0} IS NOT NULL)')
show_as('like', '{0} LIKE {1}')
show_as('ilike', 'ilike({0}, {1})')
show_as('getitem', '{0}[{1}]')
show_as('rlike', 'RLIKE({0}, {1})')
show_as('in', lambda value, *items: f'({value} IN ({", ".join(items)}))')
show_as('between', '(({0} >= {1}) AND ({0} <= {2}))')
show_as('||', 'concat({0}, {1})')
show_as('~', '~{0}')


def _mismatch(sign, left, right):
    return AnalysisException(
        f'[DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE] Cannot resolve "({left.sql} {sign} {right.sql})" '
        'due to data type mismatch: the operands are of type '
        f'"{left.type.simpleString().upper()}" and "{right.type.simpleString().upper()}".'
    )


def _numbers(sign, left, right):
    """Both operands as numbers; a text counts as a double."""
    sides = []
    for value in (left, right):
        if isinstance(value.type, t.StringType):
            value = cast(value, DOUBLE)
        elif isinstance(value.type, t.NullType):
            other = right if value is left else left
            value = cast(value, other.type if is_number(other.type) else DOUBLE)
        elif not is_number(value.type):
            raise _mismatch(sign, left, right)
        sides.append(value)
    return sides


def _decimals(left, right):
    """Both types as decimals, or None when the operation is not one of decimals."""
    kinds = (left.type, right.type)
    if not any(isinstance(kind, t.DecimalType) for kind in kinds):
        return None
    if any(isinstance(kind, (t.DoubleType, t.FloatType)) for kind in kinds):
        return None
    return as_decimal(left.type, left.literal), as_decimal(right.type, right.literal)


def _arithmetic(sign, left, right):
    left, right = _numbers(sign, left, right)
    decimals = _decimals(left, right)
    if decimals:
        return _decimal_arithmetic(sign, left, right, *decimals)
    kind = wider_number(left.type, right.type)
    left, right = cast(left, kind), cast(right, kind)
    if sign == '%':
        return (
            Typed(f'fmod({left.sql}, nullif({right.sql}, 0))', kind)
            if kind.name in ('double', 'float')
            else Typed(f'({left.sql} % {right.sql})', kind)
        )
    return Typed(f'({left.sql} {sign} {right.sql})', kind, left.nullable or right.nullable)


def _decimal_arithmetic(sign, left, right, one, other):
    if sign == '*':
        kind = bounded(one.precision + other.precision + 1, one.scale + other.scale)
        left, right = cast(left, one), cast(right, other)
        if one.precision + other.precision > 38:
            kind_sql = f'TRY_CAST(CAST({left.sql} AS DOUBLE) * CAST({right.sql} AS DOUBLE)'
        else:
            kind_sql = f'TRY_CAST({left.sql} * {right.sql}'
        return Typed(f'{kind_sql} AS {duck_type(kind)})', kind)
    scale = max(one.scale, other.scale)
    if sign == '%':
        whole = min(one.precision - one.scale, other.precision - other.scale)
        kind = bounded(whole + scale, scale)
    else:
        whole = max(one.precision - one.scale, other.precision - other.scale)
        kind = bounded(whole + scale + 1, scale)
    wide = duck_type(
        bounded(max(one.precision - one.scale, other.precision - other.scale) + scale + 1, scale)
    )
    a, b = f'CAST({left.sql} AS {wide})', f'CAST({right.sql} AS {wide})'
    if sign == '%':
        b = f'nullif({b}, 0)'
    return Typed(f'TRY_CAST({a} {sign} {b} AS {duck_type(kind)})', kind)


@function('+', 2)
def _plus(left, right):
    if isinstance(left.type, t.DayTimeIntervalType) and is_time(right.type):
        left, right = right, left
    if isinstance(right.type, t.DayTimeIntervalType):
        return _shift(left, '+', right)
    if isinstance(left.type, t.IntegralType) and isinstance(right.type, t.DateType):
        left, right = right, left
    if isinstance(left.type, t.DateType) and isinstance(right.type, t.IntegralType):
        return Typed(f'({left.sql} + {int_of(right)})', DATE)
    return _arithmetic('+', left, right)


@function('-', 2)
def _minus(left, right):
    if isinstance(right.type, t.DayTimeIntervalType):
        return _shift(left, '-', right)
    if is_time(left.type) and is_time(right.type):
        return (
            Typed(f'({left.sql} - {right.sql})', INTERVAL)
            if not (isinstance(left.type, t.DateType) and isinstance(right.type, t.DateType))
            else Typed(f'to_days(CAST({left.sql} - {right.sql} AS INTEGER))', INTERVAL)
        )
    if isinstance(left.type, t.DateType) and isinstance(right.type, t.IntegralType):
        return Typed(f'({left.sql} - {int_of(right)})', DATE)
    return _arithmetic('-', left, right)


def _shift(moment, sign, interval):
    if isinstance(moment.type, t.DayTimeIntervalType):
        return Typed(f'({moment.sql} {sign} {interval.sql})', INTERVAL)
    if isinstance(moment.type, t.StringType):
        moment = cast(moment, TIMESTAMP)
    if not is_time(moment.type):
        raise _mismatch(sign, moment, interval)
    sql = f'({moment.sql} {sign} {interval.sql})'
    whole_days = interval.literal == 'days'
    if isinstance(moment.type, t.DateType) and whole_days:
        return Typed(f'CAST({sql} AS DATE)', DATE)
    return Typed(sql, TIMESTAMP)


@function('*', 2)
def _times(left, right):
    return _arithmetic('*', left, right)


@function('%', 2)
def _remainder(left, right):
    return _arithmetic('%', left, right)


@function('mod', 2)
def _mod(left, right):
    return _arithmetic('%', left, right)


@function('/', 2)
def _divide(left, right):
    left, right = _numbers('/', left, right)
    decimals = _decimals(left, right)
    sql = f'(CAST({left.sql} AS DOUBLE) / nullif(CAST({right.sql} AS DOUBLE), 0))'
    if not decimals:
        return Typed(sql, DOUBLE)
    one, other = decimals
    scale = max(6, one.scale + other.precision + 1)
    precision = one.precision - one.scale + other.scale + scale
    kind = bounded(precision, scale)
    if precision <= 38:
        exact = exact_quotient(cast(left, one), cast(right, other), kind)
        return Typed(exact, kind)
    return Typed(f'TRY_CAST({sql} AS {duck_type(kind)})', kind)


def exact_quotient(left, right, kind):
    """Decimals divided as whole numbers, rounded half up at the scale of the result."""
    shift = kind.scale - left.type.scale + right.type.scale
    whole = f'hr_divide(hr_unscaled({left.sql}) * {10**shift}::HUGEINT, hr_unscaled({right.sql}))'
    unit = f"CAST('{10**-kind.scale:.{kind.scale}f}' AS DECIMAL({max(kind.scale, 1)},{kind.scale}))"
    return f'CAST(CAST({whole} AS DECIMAL(38,0)) * {unit} AS {duck_type(kind)})'


@function('div', 2)
def _whole_divide(left, right):
    left, right = _numbers('div', left, right)
    if isinstance(left.type, t.IntegralType) and isinstance(right.type, t.IntegralType):
        return Typed(f'(CAST({left.sql} AS BIGINT) // nullif({right.sql}, 0))', LONG)
    return Typed(f'CAST(trunc({left.sql} / nullif({right.sql}, 0)) AS BIGINT)', LONG)


@function('pmod', 2)
def _positive_remainder(left, right):
    base = _arithmetic('%', left, right)
    again = _arithmetic('%', _arithmetic('+', base, right), right)
    return cast(again, base.type) if base.type != again.type else again


@function('negative', 1)
def _negative(value):
    if isinstance(value.type, t.DayTimeIntervalType):
        return Typed(f'(-{value.sql})', INTERVAL, literal=value.literal)
    value = cast(value, DOUBLE) if not is_number(value.type) else value
    literal = {'literal': -value.literal} if value.is_literal and value.literal is not None else {}
    return Typed(f'(-{value.sql})', value.type, value.nullable, **literal)


@function('positive', 1)
def _positive(value):
    return value


def _compare(sign):
    @function(sign, 2)
    def make(left, right):
        left, right = comparable(left, right)
        return Typed(f'({left.sql} {sign} {right.sql})', BOOLEAN, left.nullable or right.nullable)


for _sign in ('=', '<>', '<', '<=', '>', '>='):
    _compare(_sign)


@function('<=>', 2)
def _same(left, right):
    left, right = comparable(left, right)
    return Typed(f'({left.sql} IS NOT DISTINCT FROM {right.sql})', BOOLEAN, False)


@function('and', 2)
def _and(left, right):
    return Typed(f'({to_boolean(left)} AND {to_boolean(right)})', BOOLEAN)


@function('or', 2)
def _or(left, right):
    return Typed(f'({to_boolean(left)} OR {to_boolean(right)})', BOOLEAN)


@function('not', 1)
def _not(value):
    return Typed(f'(NOT {to_boolean(value)})', BOOLEAN, value.nullable)


@function('isnull', 1)
def _is_null(value):
    return Typed(f'({value.sql} IS NULL)', BOOLEAN, False)


@function('isnotnull', 1)
def _is_not_null(value):
    return Typed(f'({value.sql} IS NOT NULL)', BOOLEAN, False)


@function('in', 1, None)
def _in(value, *items):
    if not items:
        return Typed('false', BOOLEAN)
    values, _ = alike([value, *items], 'IN')
    return Typed(f'({values[0].sql} IN ({", ".join(v.sql for v in values[1:])}))', BOOLEAN)


@function('between', 3)
def _between(value, low, high):
    lower, upper = comparable(value, low), comparable(value, high)
    return Typed(
        f'({lower[0].sql} >= {lower[1].sql} AND {upper[0].sql} <= {upper[1].sql})', BOOLEAN
    )


@function('like', 2, 3)
def _like(value, pattern, escape=None):
    ending = f' ESCAPE {escape.sql}' if escape else " ESCAPE '\\'"
    return Typed(f'({text_of(value)} LIKE {text_of(pattern)}{ending})', BOOLEAN)


@function('ilike', 2, 3)
def _ilike(value, pattern, escape=None):
    ending = f' ESCAPE {escape.sql}' if escape else " ESCAPE '\\'"
    return Typed(f'({text_of(value)} ILIKE {text_of(pattern)}{ending})', BOOLEAN)


@function('rlike regexp regexp_like', 2)
def _rlike(value, pattern):
    return Typed(f'regexp_matches({text_of(value)}, {text_of(pattern)})', BOOLEAN)


@function('||', 2)
def _join(left, right):
    if isinstance(left.type, t.ArrayType):
        values, kind = alike([left, right], 'concat')
        return Typed(f'({values[0].sql} || {values[1].sql})', kind)
    return Typed(f'({text_of(left)} || {text_of(right)})', STRING)


def _bits(sign, names):
    @function(names, 2)
    def make(left, right):
        kind = wider_number(left.type, right.type)
        a, b = cast(left, kind).sql, cast(right, kind).sql
        return Typed(f'xor({a}, {b})' if sign == '^' else f'({a} {sign} {b})', kind)


for _sign in ('&', '|', '^'):
    _bits(_sign, _sign)


@function('~', 1)
def _bit_not(value):
    return Typed(f'(~{value.sql})', value.type)


@function('shiftleft', 2)
def _shift_left(value, count):
    kind = value.type if isinstance(value.type, t.LongType) else INT
    wrapped = cast(
        Typed(f'(CAST({value.sql} AS HUGEINT) * pow(2, {count.sql})::HUGEINT)', LONG), kind
    )
    return wrapped if kind is INT else Typed(f'CAST({value.sql} << {count.sql} AS BIGINT)', LONG)


@function('shiftright', 2)
def _shift_right(value, count):
    kind = value.type if isinstance(value.type, t.LongType) else INT
    return Typed(f'CAST({value.sql} >> {count.sql} AS {duck_type(kind)})', kind)


@rule('getitem', 2)
def _get_item(call, scope, arguments):
    value, key = arguments
    if isinstance(value.type, t.ArrayType):
        index = int_of(key)
        sql = f'CASE WHEN {index} >= 0 THEN ({value.sql})[{index} + 1] END'
        if isinstance(key.literal, int) and key.literal >= 0:
            sql = f'({value.sql})[{key.literal + 1}]'
        return Typed(sql, value.type.elementType)
    if isinstance(value.type, t.MapType):
        return Typed(f'({value.sql})[{cast(key, value.type.keyType).sql}]', value.type.valueType)
    if isinstance(value.type, t.StructType) and isinstance(key.literal, str):
        return field_of(value, key.literal)
    if isinstance(value.type, t.StructType) and isinstance(key.literal, int):
        return field_of(value, value.type.fields[key.literal].name)
    raise AnalysisException(
        f'[INVALID_EXTRACT_BASE_FIELD_TYPE] Can\'t extract a value from "{value.sql}". Need a complex '
        f'type [STRUCT, ARRAY, MAP] but got "{value.type.simpleString().upper()}".'
    )


@rule('interval', 2)
def _interval(call, scope, arguments):
    amount, unit = arguments
    word = unit.literal.lower().rstrip('s')
    if word not in (
        'year',
        'quarter',
        'month',
        'week',
        'day',
        'hour',
        'minute',
        'second',
        'millisecond',
        'microsecond',
    ):
        raise refused(f"INTERVAL in '{unit.literal}'")
    if word == 'week':
        sql = f'to_days(CAST({int_of(amount)} * 7 AS INTEGER))'
    elif word in ('second', 'millisecond', 'microsecond'):
        scale = {'second': 1000000, 'millisecond': 1000, 'microsecond': 1}[word]
        value = cast(amount, DOUBLE).sql
        sql = f'to_microseconds(CAST(round({value} * {scale}) AS BIGINT))'
    else:
        factor, word = (3, 'month') if word == 'quarter' else (1, word)
        sql = f'to_{word}s(CAST({int_of(amount)} * {factor} AS INTEGER))'
    whole = word in ('year', 'month', 'week', 'day')
    return Typed(sql, INTERVAL, True, 'days' if whole else 'time')


def text_for_show(value):
    """Any value as text, as `show` and CSV print it."""
    return plain_text(value.sql, value.type) if not isinstance(value.type, type(NULL)) else 'NULL'
