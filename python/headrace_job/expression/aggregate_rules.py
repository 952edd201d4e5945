"""Aggregate functions. Each leaves `tail()` where FILTER and OVER belong."""

from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from .casts import cast
from .coercion import BOOLEAN, DOUBLE, LONG, INT, bounded, double_of, is_number, to_boolean
from .duck_types import duck_type
from .nodes import tail
from .operator_rules import exact_quotient
from .registry import rule, show_as
from .typed import Typed, quote_text

show_as('count_star', 'count(1)')
for _name in ('first', 'last', 'first_value', 'last_value', 'any_value'):
    show_as(_name, lambda value, *_flag, name=_name: f'{name}({value})')
for _name in ('rank', 'dense_rank', 'percent_rank'):
    show_as(_name, f'{_name.upper()}()')
show_as(
    'percentile_approx',
    lambda value, share, accuracy='10000': f'percentile_approx({value}, {share}, {accuracy})',
)
show_as('percentile', lambda value, share, count='1': f'percentile({value}, {share}, {count})')


def aggregate(names, low, high=-1):
    return rule(names, low, high, kind='aggregate')


def _distinct(call):
    return 'DISTINCT ' if call.distinct else ''


def _number(value, name):
    if isinstance(value.type, (t.StringType, t.NullType)):
        return cast(value, DOUBLE)
    if not is_number(value.type):
        raise AnalysisException(
            f'[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] Cannot resolve "{name}({value.sql})" due to data '
            f'type mismatch: Parameter 1 requires the "NUMERIC" type, however it has the type '
            f'"{value.type.simpleString().upper()}".'
        )
    return value


@aggregate('count', 1, None)
def _count(call, scope, arguments):
    if len(arguments) == 1 and not call.distinct:
        value = arguments[0]
        if value.is_literal and value.literal is not None:
            return Typed(f'count(*){tail()}', LONG, False)
        return Typed(f'count({value.sql}){tail()}', LONG, False)
    if len(arguments) == 1:
        return Typed(f'count(DISTINCT {arguments[0].sql}){tail()}', LONG, False)
    present = ' AND '.join(f'{a.sql} IS NOT NULL' for a in arguments)
    counted = f'row({", ".join(a.sql for a in arguments)})' if call.distinct else '1'
    sql = f'count({_distinct(call)}CASE WHEN {present} THEN {counted} END){tail()}'
    return Typed(sql, LONG, False)


@aggregate('count_star', 0)
def _count_star(call, scope, arguments):
    return Typed(f'count(*){tail()}', LONG, False)


@aggregate('count_if', 1)
def _count_if(call, scope, arguments):
    return Typed(f'count(CASE WHEN {to_boolean(arguments[0])} THEN 1 END){tail()}', LONG, False)


@aggregate('sum try_sum', 1)
def _sum(call, scope, arguments):
    value = _number(arguments[0], 'sum')
    if isinstance(value.type, t.IntegralType):
        return Typed(f'CAST(sum({_distinct(call)}{value.sql}){tail()} AS BIGINT)', LONG)
    if isinstance(value.type, t.DecimalType):
        kind = bounded(value.type.precision + 10, value.type.scale)
        return Typed(f'CAST(sum({_distinct(call)}{value.sql}){tail()} AS {duck_type(kind)})', kind)
    return Typed(f'sum({_distinct(call)}CAST({value.sql} AS DOUBLE)){tail()}', DOUBLE)


@aggregate('avg mean try_avg', 1)
def _avg(call, scope, arguments):
    value = _number(arguments[0], 'avg')
    if not isinstance(value.type, t.DecimalType):
        return Typed(f'avg({_distinct(call)}{value.sql}){tail()}', DOUBLE)
    kind = bounded(value.type.precision + 4, value.type.scale + 4)
    # The exact sum, divided once; avg() of decimals is a double in DuckDB.
    total_kind = bounded(value.type.precision + 10, value.type.scale)
    total = f'CAST(sum({_distinct(call)}{value.sql}){tail()} AS {duck_type(total_kind)})'
    count = f'count({_distinct(call)}{value.sql}){tail()}'
    if total_kind.precision + 4 <= 38:
        counted = Typed(f'CAST({count} AS DECIMAL(19,0))', t.DecimalType(19, 0))
        return Typed(exact_quotient(Typed(total, total_kind), counted, kind), kind)
    return Typed(
        f'TRY_CAST(CAST({total} AS DOUBLE) / nullif({count}, 0) AS {duck_type(kind)})', kind
    )


def _same_type(name, sql_name):
    @aggregate(name, 1)
    def make(call, scope, arguments):
        value = arguments[0]
        if isinstance(value.type, t.StructType):
            condition = f'{value.sql} IS NOT NULL'
            return Typed(
                f'arg_{sql_name}_null({value.sql}, {_order_key(value)}){tail(condition)}',
                value.type,
            )
        return Typed(f'{sql_name}({value.sql}){tail()}', value.type)


def _order_key(value):
    """A struct's fields for comparison: NULL is the least in Spark, the greatest in DuckDB."""
    parts = []
    for field in value.type:
        part = f'struct_extract({value.sql}, {quote_text(field.name)})'
        parts += [f'{part} IS NOT NULL', part]
    return f'row({", ".join(parts)})'


_same_type('min', 'min')
_same_type('max', 'max')


def _edge(names, sql_name):
    @aggregate(names, 1, 2)
    def make(call, scope, arguments):
        value = arguments[0]
        skip = call.ignore_nulls or (len(arguments) > 1 and arguments[1].literal is True)
        condition = f'{value.sql} IS NOT NULL' if skip else ''
        return Typed(f'{sql_name}({value.sql}){tail(condition)}', value.type)


_edge('first first_value', 'first')
_edge('last last_value', 'last')

# What these are called over a window, where they take no FILTER.
EDGES = {
    'first': 'first_value',
    'first_value': 'first_value',
    'any_value': 'first_value',
    'last': 'last_value',
    'last_value': 'last_value',
}


def edge_over(call, scope):
    value = call.arguments[0].typed(scope)
    flag = call.arguments[1].typed(scope).literal if call.count > 1 else False
    nulls = ' IGNORE NULLS' if call.ignore_nulls or flag is True else ''
    return Typed(f'{EDGES[call.name]}({value.sql}{nulls}){tail()}', value.type).marked(value)


@aggregate('any_value', 1, 2)
def _any_value(call, scope, arguments):
    value = arguments[0]
    skip = call.ignore_nulls or (len(arguments) > 1 and arguments[1].literal is True)
    return Typed(
        f'first({value.sql}){tail(f"{value.sql} IS NOT NULL" if skip else "")}', value.type
    )


# Statistics of doubles; `n` below is the count of values that are not NULL.
_STATISTICS = {
    'stddev stddev_samp std': 'stddev_samp({0}){1}',
    'stddev_pop': 'stddev_pop({0}){1}',
    'variance var_samp': 'var_samp({0}){1}',
    'var_pop': 'var_pop({0}){1}',
    'kurtosis': 'kurtosis_pop({0}){1}',
    'median': 'median({0}){1}',
}


def _statistic(names, template):
    @aggregate(names, 1)
    def make(call, scope, arguments):
        value = f'{_distinct(call)}{double_of(arguments[0])}'
        return Typed(template.format(value, tail()), DOUBLE)


for _names, _template in _STATISTICS.items():
    _statistic(_names, _template)


@aggregate('skewness', 1)
def _skewness(call, scope, arguments):
    # AWS: Spark's is that of the population; DuckDB's skewness() corrects for the sample.
    x = double_of(arguments[0])
    mean, mark = f'avg({x}){tail()}', tail()
    third = f'avg(pow({x}, 3)){mark} - 3 * ({mean}) * avg(pow({x}, 2)){mark} + 2 * pow({mean}, 3)'
    return Typed(f'(({third}) / nullif(pow(var_pop({x}){mark}, 1.5), 0))', DOUBLE)


def _pairwise(name, sql_name):
    @aggregate(name, 2)
    def make(call, scope, arguments):
        x, y = double_of(arguments[0]), double_of(arguments[1])
        return Typed(f'{sql_name}({x}, {y}){tail()}', DOUBLE)


for _name in (
    'corr',
    'covar_pop',
    'covar_samp',
    'regr_slope',
    'regr_intercept',
    'regr_r2',
    'regr_avgx',
    'regr_avgy',
):
    _pairwise(_name, _name)


@aggregate('regr_count', 2)
def _regr_count(call, scope, arguments):
    x, y = double_of(arguments[0]), double_of(arguments[1])
    return Typed(f'CAST(regr_count({x}, {y}){tail()} AS BIGINT)', LONG, False)


@aggregate('approx_count_distinct', 1, 2)
def _approx_count_distinct(call, scope, arguments):
    # The exact count is within every error bound.
    return Typed(f'count(DISTINCT {arguments[0].sql}){tail()}', LONG, False)


def _percentages(value):
    if isinstance(value.literal, (int, float)) and not isinstance(value.literal, bool):
        return [float(value.literal)], False
    if isinstance(value.literal, (list, tuple)):
        return [float(item) for item in value.literal], True
    import re

    if isinstance(value.type, t.ArrayType):
        numbers = re.findall(r"CAST\('?(-?[\d.eE+-]+)'? AS [A-Z0-9(),]+\)", value.sql)
        if numbers:
            return [float(n) for n in numbers], True
    one = re.fullmatch(r"CAST\('?(-?[\d.eE+-]+)'? AS [A-Z0-9(),]+\)", value.sql)
    if one:
        return [float(one.group(1))], False
    raise refused('a percentage that is not a literal')


@aggregate('percentile_approx approx_percentile', 2, 3)
def _percentile_approx(call, scope, arguments):
    value, (wanted, many) = arguments[0], _percentages(arguments[1])
    if isinstance(value.type, t.StringType):
        value = cast(value, DOUBLE)
    if many:
        sql = f'quantile_disc({value.sql}, [{", ".join(map(repr, wanted))}]){tail()}'
        return Typed(sql, t.ArrayType(value.type, False))
    return Typed(f'quantile_disc({value.sql}, {wanted[0]!r}){tail()}', value.type)


@aggregate('percentile', 2, 3)
def _percentile(call, scope, arguments):
    value, (wanted, many) = double_of(arguments[0]), _percentages(arguments[1])
    if many:
        sql = f'quantile_cont({value}, [{", ".join(map(repr, wanted))}]){tail()}'
        return Typed(sql, t.ArrayType(DOUBLE, False))
    return Typed(f'quantile_cont({value}, {wanted[0]!r}){tail()}', DOUBLE)


@aggregate('collect_list array_agg', 1)
def _collect_list(call, scope, arguments):
    value = arguments[0]
    sql = f'list({_distinct(call)}{value.sql}){tail(f"{value.sql} IS NOT NULL")}'
    return Typed(f'coalesce({sql}, [])', t.ArrayType(value.type, False), False)


@aggregate('collect_set', 1)
def _collect_set(call, scope, arguments):
    value = arguments[0]
    sql = f'list(DISTINCT {value.sql}){tail(f"{value.sql} IS NOT NULL")}'
    return Typed(f'coalesce({sql}, [])', t.ArrayType(value.type, False), False)


def _by(name, sql_name):
    @aggregate(name, 2)
    def make(call, scope, arguments):
        value, order = arguments
        return Typed(
            f'{sql_name}({value.sql}, {order.sql}){tail(f"{order.sql} IS NOT NULL")}', value.type
        )


_by('max_by', 'arg_max_null')
_by('min_by', 'arg_min_null')


@aggregate('mode', 1)
def _mode(call, scope, arguments):
    return Typed(f'mode({arguments[0].sql}){tail()}', arguments[0].type)


def _logical(names, sql_name):
    @aggregate(names, 1)
    def make(call, scope, arguments):
        return Typed(f'{sql_name}({to_boolean(arguments[0])}){tail()}', BOOLEAN)


_logical('bool_and every', 'bool_and')
_logical('bool_or any some', 'bool_or')


def _bitwise(name):
    @aggregate(name, 1)
    def make(call, scope, arguments):
        return Typed(f'{name}({arguments[0].sql}){tail()}', arguments[0].type)


for _name in ('bit_and', 'bit_or', 'bit_xor'):
    _bitwise(_name)


@aggregate('product', 1)
def _product(call, scope, arguments):
    return Typed(f'product({double_of(arguments[0])}){tail()}', DOUBLE)


@aggregate('string_agg listagg', 1, 2)
def _string_agg(call, scope, arguments):
    separator = arguments[1].sql if len(arguments) > 1 else "''"
    return Typed(
        f'string_agg({_distinct(call)}{arguments[0].sql}, {separator}){tail()}', t.StringType()
    )


@aggregate('grouping', 1)
def _grouping(call, scope, arguments):
    return Typed(f'CAST(grouping({arguments[0].sql}) AS TINYINT)', t.ByteType(), False)


@aggregate('grouping_id', 0, None)
def _grouping_id(call, scope, arguments):
    if not arguments:
        raise refused('grouping_id() without its columns')
    return Typed(f'CAST(grouping({", ".join(a.sql for a in arguments)}) AS BIGINT)', LONG, False)


# Functions of windows alone.


def _ranking(name, kind, template):
    @rule(name, 0, kind='window')
    def make(call, scope, arguments):
        sql = template.format(f'{name}(){tail()}')
        return Typed(sql, kind, False)


for _name in ('row_number', 'rank', 'dense_rank'):
    _ranking(_name, INT, 'CAST({0} AS INTEGER)')
for _name in ('percent_rank', 'cume_dist'):
    _ranking(_name, DOUBLE, '{0}')


@rule('ntile', 1, kind='window')
def _ntile(call, scope, arguments):
    return Typed(f'CAST(ntile({arguments[0].sql}){tail()} AS INTEGER)', INT, False)


def _shifted(name):
    @rule(name, 1, 4, kind='window')
    def make(call, scope, arguments):
        value = arguments[0]
        steps = arguments[1].sql if len(arguments) > 1 else '1'
        default = arguments[2] if len(arguments) > 2 else None
        more = ''
        if default is not None and not isinstance(default.type, t.NullType):
            more = f', {cast(default, value.type).sql}'
        nulls = ' IGNORE NULLS' if call.ignore_nulls else ''
        return Typed(f'{name}({value.sql}, {steps}{more}{nulls}){tail()}', value.type)


_shifted('lag')
_shifted('lead')


@rule('nth_value', 2, 3, kind='window')
def _nth_value(call, scope, arguments):
    skip = call.ignore_nulls or (len(arguments) > 2 and arguments[2].literal is True)
    nulls = ' IGNORE NULLS' if skip else ''
    return Typed(
        f'nth_value({arguments[0].sql}, {arguments[1].sql}{nulls}){tail()}', arguments[0].type
    )
