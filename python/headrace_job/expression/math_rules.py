"""Numbers."""

from pyspark.errors import AnalysisException
from pyspark.sql import types as t

from .casts import cast
from .coercion import (
    DOUBLE,
    INT,
    LONG,
    STRING,
    BINARY,
    alike,
    as_decimal,
    bounded,
    double_of,
    int_of,
    is_number,
    text_of,
)
from .duck_types import duck_type
from .registry import function, rule, show_as
from .typed import Typed

show_as('ceil', 'CEIL({0})')
show_as('floor', 'FLOOR({0})')
show_as('power', 'POWER({0}, {1})')
for _name in (
    'sqrt',
    'exp',
    'expm1',
    'log',
    'log10',
    'log2',
    'log1p',
    'cbrt',
    'sin',
    'cos',
    'tan',
    'cot',
    'sinh',
    'cosh',
    'tanh',
    'asin',
    'acos',
    'atan',
    'atan2',
    'asinh',
    'acosh',
    'atanh',
    'signum',
    'degrees',
    'radians',
    'hypot',
):
    show_as(_name, lambda *texts, name=_name.upper(): f'{name}({", ".join(texts)})')
show_as('round', lambda value, digits='0': f'round({value}, {digits})')
show_as('bround', lambda value, digits='0': f'bround({value}, {digits})')

# Functions of doubles, with what Spark answers outside of their domain.
_DOUBLES = {
    'sqrt': "CASE WHEN {0} < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt({0}) END",
    'cbrt': 'cbrt({0})',
    'exp': 'exp({0})',
    'expm1': '(exp({0}) - 1)',
    'ln': 'CASE WHEN {0} > 0 THEN ln({0}) END',
    'log10': 'CASE WHEN {0} > 0 THEN log10({0}) END',
    'log2': 'CASE WHEN {0} > 0 THEN log2({0}) END',
    'log1p': 'CASE WHEN abs({0}) < 1e-4 THEN {0} - {0} * {0} / 2 + {0} * {0} * {0} / 3 WHEN {0} > -1 THEN ln(1 + {0}) END',
    'sin': 'sin({0})',
    'cos': 'cos({0})',
    'tan': 'tan({0})',
    'cot': '(1 / tan({0}))',
    'sec': '(1 / cos({0}))',
    'csc': '(1 / sin({0}))',
    'asin': "CASE WHEN abs({0}) > 1 THEN CAST('nan' AS DOUBLE) ELSE asin({0}) END",
    'acos': "CASE WHEN abs({0}) > 1 THEN CAST('nan' AS DOUBLE) ELSE acos({0}) END",
    'atan': 'atan({0})',
    'sinh': 'sinh({0})',
    'cosh': 'cosh({0})',
    'tanh': 'tanh({0})',
    'asinh': 'asinh({0})',
    'acosh': "CASE WHEN {0} < 1 THEN CAST('nan' AS DOUBLE) ELSE acosh({0}) END",
    'atanh': "CASE WHEN abs({0}) > 1 THEN CAST('nan' AS DOUBLE) ELSE atanh({0}) END",
    'degrees': 'degrees({0})',
    'radians': 'radians({0})',
    'signum': 'CAST(sign({0}) AS DOUBLE)',
    'rint': 'round_even({0}, 0)',
}


def _of_doubles(name, template):
    @function(name, 1)
    def make(value):
        return Typed(template.format(double_of(value)), DOUBLE)


for _name, _template in _DOUBLES.items():
    _of_doubles(_name, _template)


@function('sign', 1)
def _sign(value):
    return Typed(f'CAST(sign({double_of(value)}) AS DOUBLE)', DOUBLE)


@function('log', 1, 2)
def _log(first, second=None):
    if second is None:
        return Typed(_DOUBLES['ln'].format(double_of(first)), DOUBLE)
    base, value = double_of(first), double_of(second)
    return Typed(f'CASE WHEN {base} > 0 AND {value} > 0 THEN ln({value}) / ln({base}) END', DOUBLE)


@function('pow power', 2)
def _power(base, exponent):
    return Typed(f'pow({double_of(base)}, {double_of(exponent)})', DOUBLE)


@function('atan2', 2)
def _atan2(y, x):
    return Typed(f'atan2({double_of(y)}, {double_of(x)})', DOUBLE)


@function('hypot', 2)
def _hypot(x, y):
    return Typed(f'sqrt(pow({double_of(x)}, 2) + pow({double_of(y)}, 2))', DOUBLE)


@function('pi', 0)
def _pi():
    return Typed('pi()', DOUBLE, False)


@function('e', 0)
def _e():
    return Typed('exp(1::DOUBLE)', DOUBLE, False)


def _number(value):
    return value if is_number(value.type) else cast(value, DOUBLE)


@function('abs', 1)
def _abs(value):
    value = _number(value)
    return Typed(f'abs({value.sql})', value.type)


@function('round', 1, 2)
def _round(value, digits=None):
    return _rounded(value, digits, 'hr_round', 'round')


@function('bround', 1, 2)
def _bround(value, digits=None):
    return _rounded(value, digits, 'round_even', 'round_even')


def _rounded(value, digits, of_doubles, of_others):
    value = _number(value)
    count = 0
    if digits is not None:
        if not isinstance(digits.literal, int):
            raise AnalysisException(
                '[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] the scale of round() must be a literal'
            )
        count = digits.literal
    if isinstance(value.type, (t.DoubleType, t.FloatType)):
        sql = f'{of_doubles}({value.sql}, {count})'
        return Typed(f'CAST({sql} AS FLOAT)' if value.type.name == 'float' else sql, value.type)
    if isinstance(value.type, t.DecimalType):
        scale = min(max(count, 0), value.type.scale)
        whole = value.type.precision - value.type.scale + 1
        kind = bounded(max(whole + scale, 1), scale)
        return Typed(f'CAST({of_others}({value.sql}, {count}) AS {duck_type(kind)})', kind)
    if count >= 0:
        return value
    return Typed(f'CAST({of_others}({value.sql}, {count}) AS {duck_type(value.type)})', value.type)


def _to_whole(name, sql_name):
    @function(name, 1, 2)
    def make(value, scale=None):
        value = _number(value)
        if isinstance(value.type, t.DecimalType) or scale is not None:
            exact = (
                as_decimal(value.type)
                if not isinstance(value.type, (t.DoubleType, t.FloatType))
                else t.DecimalType(30, 15)
            )
            count = scale.literal if scale is not None else 0
            kind = bounded(exact.precision - exact.scale + 1 + max(count, 0), max(count, 0))
            body = cast(value, exact).sql
            sql = (
                f'{sql_name}({body} * pow(10, {count})) / pow(10, {count})'
                if count
                else f'{sql_name}({body})'
            )
            return Typed(f'CAST({sql} AS {duck_type(kind)})', kind)
        if isinstance(value.type, t.IntegralType):
            return cast(value, LONG)
        return cast(Typed(f'{sql_name}({value.sql})', DOUBLE), LONG)


_to_whole('ceil ceiling', 'ceil')
_to_whole('floor', 'floor')


@function('factorial', 1)
def _factorial(value):
    number = int_of(value)
    return Typed(
        f'CASE WHEN {number} BETWEEN 0 AND 20 THEN CAST(factorial({number}) AS BIGINT) END', LONG
    )


@function('greatest', 2, None)
def _greatest(*values):
    values, kind = alike(values, 'greatest')
    return Typed(f'greatest({", ".join(v.sql for v in values)})', kind)


@function('least', 2, None)
def _least(*values):
    values, kind = alike(values, 'least')
    return Typed(f'least({", ".join(v.sql for v in values)})', kind)


@function('bin', 1)
def _bin(value):
    number = cast(value, LONG).sql
    sql = f"CASE WHEN {number} = 0 THEN '0' ELSE ltrim(bin({number}), '0') END"
    return Typed(sql, STRING)


@function('hex', 1)
def _hex(value):
    if isinstance(value.type, t.BinaryType):
        return Typed(f'hex({value.sql})', STRING)
    if isinstance(value.type, t.StringType):
        return Typed(f'hex(encode({value.sql}))', STRING)
    return Typed(f'to_hex({cast(value, LONG).sql})', STRING)


@function('unhex', 1)
def _unhex(value):
    text = text_of(value)
    whole = f"CASE WHEN length({text}) % 2 = 1 THEN '0' || {text} ELSE {text} END"
    return Typed(
        f"CASE WHEN regexp_full_match({text}, '[0-9A-Fa-f]*') THEN from_hex({whole}) END", BINARY
    )


@function('isnan', 1)
def _is_nan(value):
    return Typed(f'coalesce(isnan({double_of(value)}), false)', t.BooleanType(), False)


@function('nanvl', 2)
def _nanvl(value, other):
    a, b = double_of(value), double_of(other)
    return Typed(f'CASE WHEN isnan({a}) THEN {b} ELSE {a} END', DOUBLE)


@function('width_bucket', 4)
def _width_bucket(value, low, high, count):
    v, a, b, n = double_of(value), double_of(low), double_of(high), cast(count, LONG).sql
    sql = (
        f'CASE WHEN {n} <= 0 OR {a} = {b} THEN NULL '
        f'WHEN {a} < {b} THEN CASE WHEN {v} < {a} THEN 0 WHEN {v} >= {b} THEN {n} + 1 '
        f'ELSE CAST(floor({n} * ({v} - {a}) / ({b} - {a})) AS BIGINT) + 1 END '
        f'ELSE CASE WHEN {v} > {a} THEN 0 WHEN {v} <= {b} THEN {n} + 1 '
        f'ELSE CAST(floor({n} * ({a} - {v}) / ({a} - {b})) AS BIGINT) + 1 END END'
    )
    return Typed(sql, LONG)


@rule('rand random', 0, 1, kind='volatile')
def _rand(call, scope, arguments):
    if not arguments:
        return Typed('random()', DOUBLE, False)
    return Typed(seeded(arguments[0].literal), DOUBLE, False)


def seeded(seed):
    """Evenly spread numbers in [0, 1), one a row, the same for the same seed and rows."""
    return f"(hash(row_number() OVER (), 'seed {int(seed or 0)}') / 18446744073709551616.0)::DOUBLE"


@rule('randn', 0, 1, kind='volatile')
def _randn(call, scope, arguments):
    one, other = 'random()', 'random()'
    if arguments:
        seed = int(arguments[0].literal or 0)
        one, other = seeded(seed), seeded(seed + 7919)
    return Typed(f'(sqrt(-2 * ln(1 - {one})) * cos(2 * pi() * {other}))', DOUBLE, False)


@rule('uuid', 0, kind='volatile')
def _uuid(call, scope, arguments):
    return Typed('CAST(uuid() AS VARCHAR)', STRING, False)


@rule('monotonically_increasing_id', 0, kind='volatile')
def _increasing(call, scope, arguments):
    return Typed('(row_number() OVER () - 1)', LONG, False)


@function('spark_partition_id', 0)
def _partition_id():
    # AWS: everything is one partition here, whose number is 0.
    return Typed('CAST(0 AS INTEGER)', INT, False)
