"""pyspark.sql.functions: what makes columns of columns."""

import functools as _functools
import warnings as _warnings

from headrace_job.expression import nodes as _n
from headrace_job.expression.functions_by_name import call as _by_name
from pyspark.errors import refused as _refused
from pyspark.sql.column import Column, expression_of as _value, name_expression as _name
from pyspark.sql.column import named_expression as _column
from pyspark.sql.udf import udf, pandas_udf  # noqa: F401
from pyspark.sql import types as _t


def _made(name, *arguments, **options):
    return Column(_by_name(name, list(arguments), **options))


def col(col):
    """A column by its name."""
    return Column(_name(col)) if isinstance(col, str) else col


column = col


def lit(col):
    """A literal."""
    return col if isinstance(col, Column) else Column(_value(col))


def expr(str):
    """An expression of Spark SQL, which may have a name (`sum(x) AS total`)."""
    from headrace_job.parse.expressions import parse_select_item

    return Column(parse_select_item(str))


def when(condition, value):
    return Column(_n.Case([_column(condition), _value(value)]))


# Functions whose arguments are all columns (or names of columns), by how many they take.
_OF_COLUMNS = """
abs 1|acos 1|acosh 1|array_compact 1|array_distinct 1|array_max 1|array_min 1|array_size 1|ascii 1|asin 1
asinh 1|atan 1|atanh 1|avg 1|base64 1|bin 1|bit_and 1|bit_length 1|bit_or 1|bit_xor 1|bool_and 1|bool_or 1
cardinality 1|cbrt 1|char_length 1|character_length 1|collect_list 1|collect_set 1|array_agg 1|corr 2|cos 1
cosh 1|cot 1|count_if 1|covar_pop 2|covar_samp 2|crc32 1|csc 1|date_from_unix_date 1|datediff 2
date_diff 2|day 1|dayofmonth 1|dayofweek 1|dayofyear 1|degrees 1|equal_null 2|every 1|exp 1|expm1 1
factorial 1|flatten 1|floor 1|grouping 1|hex 1|hour 1|hypot 2|ifnull 2|initcap 1|isnan 1|isnotnull 1|isnull 1
json_array_length 1|json_object_keys 1|kurtosis 1|last_day 1|left 2|length 1|levenshtein 2|ln 1|log10 1|log1p 1
log2 1|lower 1|lcase 1|map_entries 1|map_from_arrays 2|map_from_entries 1|map_keys 1|map_values 1|max 1
max_by 2|mean 1|median 1|md5 1|min 1|min_by 2|minute 1|mode 1|month 1|nanvl 2|nullif 2|nvl 2|nvl2 3
octet_length 1|pmod 2|positive 1|product 1|quarter 1|radians 1|regr_avgx 2|regr_avgy 2|regr_count 2
regr_intercept 2|regr_r2 2|regr_slope 2|reverse 1|right 2|rint 1|sec 1|second 1|sha 1|sha1 1|sign 1|signum 1
sin 1|sinh 1|size 1|skewness 1|soundex 1|some 1|sqrt 1|std 1|stddev 1|stddev_pop 1|stddev_samp 1|sum 1
tan 1|tanh 1|timestamp_micros 1|timestamp_millis 1|timestamp_seconds 1|typeof 1|ucase 1|unbase64 1|unhex 1
unix_date 1|unix_micros 1|unix_millis 1|unix_seconds 1|upper 1|url_decode 1|url_encode 1|var_pop 1|var_samp 1
variance 1|weekday 1|weekofyear 1|year 1|make_date 3|contains 2|startswith 2|endswith 2|find_in_set 2
split_part 3|regexp_count 2|regexp_substr 2|ilike 2|like 2|negative 1|rlike 2|regexp 2|regexp_like 2
array_except 2|array_intersect 2|array_union 2|arrays_overlap 2|get 2|char 1
"""

_OF_ANY_COLUMNS = (
    'coalesce concat greatest least arrays_zip map_concat struct array create_map hash xxhash64'
)
_OF_NOTHING = """current_date current_timestamp now curdate localtimestamp current_timezone pi e uuid
monotonically_increasing_id row_number rank dense_rank percent_rank cume_dist spark_partition_id
current_user current_database version"""


def _of_columns(name, count):
    def function(*columns):
        if len(columns) != count:
            raise TypeError(
                f'{name}() takes {count} positional arguments but {len(columns)} were given'
            )
        return _made(name, *(_column(c) for c in columns))

    return function


def _of_any_columns(name):
    def function(*columns):
        if len(columns) == 1 and isinstance(columns[0], (list, set, tuple)):
            columns = columns[0]
        return _made(name, *(_column(c) for c in columns))

    return function


def _of_nothing(name):
    return lambda: _made(name)


def _define():
    made = {}
    for entry in _OF_COLUMNS.replace('\n', '|').split('|'):
        if entry:
            name, count = entry.split()
            made[name] = _of_columns(name, int(count))
    made.update({name: _of_any_columns(name) for name in _OF_ANY_COLUMNS.split()})
    made.update({name: _of_nothing(name) for name in _OF_NOTHING.split()})
    for name, function in made.items():
        function.__name__ = function.__qualname__ = name
    return made


globals().update(_define())


def ceil(col, scale=None):
    return _made('ceil', _column(col), *([] if scale is None else [_value(scale)]))


ceiling = ceil


def floor(col, scale=None):
    return _made('floor', _column(col), *([] if scale is None else [_value(scale)]))


def round(col, scale=0):
    return _made('round', _column(col), _value(scale))


def bround(col, scale=0):
    return _made('bround', _column(col), _value(scale))


def _either(value):
    """A column, a name, or a number."""
    return _column(value) if isinstance(value, (Column, str)) else _value(value)


def pow(col1, col2):
    return _made('power', _either(col1), _either(col2))


power = pow


def atan2(col1, col2):
    return _made('atan2', _either(col1), _either(col2))


def log(arg1, arg2=None):
    return (
        _made('log', _column(arg1)) if arg2 is None else _made('log', _value(arg1), _column(arg2))
    )


def shiftleft(col, numBits):
    return _made('shiftleft', _column(col), _value(numBits))


def shiftright(col, numBits):
    return _made('shiftright', _column(col), _value(numBits))


shiftLeft, shiftRight = shiftleft, shiftright


def bitwise_not(col):
    return _made('~', _column(col))


bitwiseNOT = bitwise_not


def width_bucket(v, min, max, numBucket):
    return _made('width_bucket', _column(v), _column(min), _column(max), _either(numBucket))


def rand(seed=None):
    return _made('rand', *([] if seed is None else [_value(seed)]))


def randn(seed=None):
    return _made('randn', *([] if seed is None else [_value(seed)]))


def conv(col, fromBase, toBase):
    return _made('conv', _column(col), _value(fromBase), _value(toBase))


def sha2(col, numBits):
    return _made('sha2', _column(col), _value(numBits))


def asc(col):
    return Column(_n.Order(_column(col)))


def desc(col):
    return Column(_n.Order(_column(col), True))


def asc_nulls_first(col):
    return asc(col)


def asc_nulls_last(col):
    return Column(_n.Order(_column(col), False, False))


def desc_nulls_first(col):
    return Column(_n.Order(_column(col), True, True))


def desc_nulls_last(col):
    return desc(col)


# Aggregates


def count(col):
    if isinstance(col, str) and col == '*':
        return Column(_n.Call('count', [_n.Literal(1)]))
    expression = _column(col)
    return (
        Column(_n.Call('count', [_n.Literal(1)]))
        if isinstance(expression, _n.Star)
        else _made('count', expression)
    )


def countDistinct(col, *cols):
    return _made('count', *(_column(c) for c in (col, *cols)), distinct=True)


count_distinct = countDistinct


def sumDistinct(col):
    return _made('sum', _column(col), distinct=True)


sum_distinct = sumDistinct


def approx_count_distinct(col, rsd=None):
    return _made('approx_count_distinct', _column(col))


approxCountDistinct = approx_count_distinct


def first(col, ignorenulls=False):
    return _made('first', _column(col), ignore_nulls=bool(ignorenulls))


def last(col, ignorenulls=False):
    return _made('last', _column(col), ignore_nulls=bool(ignorenulls))


def any_value(col, ignoreNulls=None):
    return _made('any_value', _column(col), ignore_nulls=bool(ignoreNulls))


first_value, last_value = first, last


def percentile_approx(col, percentage, accuracy=10000):
    return _made('percentile_approx', _column(col), _value(percentage), _value(accuracy))


approx_percentile = percentile_approx


def percentile(col, percentage, frequency=1):
    if frequency != 1:
        raise _refused('percentile() with frequencies')
    return _made('percentile', _column(col), _value(percentage))


def grouping_id(*cols):
    return _made('grouping_id', *(_column(c) for c in cols))


# Windows


def lag(col, offset=1, default=None):
    return _made('lag', _column(col), _value(offset), _value(default))


def lead(col, offset=1, default=None):
    return _made('lead', _column(col), _value(offset), _value(default))


def ntile(n):
    return _made('ntile', _value(n))


def nth_value(col, offset, ignoreNulls=False):
    return _made('nth_value', _column(col), _value(offset), ignore_nulls=bool(ignoreNulls))


def window(timeColumn, windowDuration, slideDuration=None, startTime=None):
    more = (
        []
        if slideDuration is None and startTime is None
        else [_value(slideDuration or windowDuration)]
    )
    if startTime is not None:
        more.append(_value(startTime))
    return _made('window', _column(timeColumn), _value(windowDuration), *more).alias('window')


# Text


def concat_ws(sep, *cols):
    if len(cols) == 1 and isinstance(cols[0], (list, tuple)):
        cols = cols[0]
    return _made('concat_ws', _value(sep), *(_column(c) for c in cols))


def substring(str, pos, len):
    return _made('substring', _column(str), _value(pos), _value(len))


def substr(str, pos, len=None):
    return _made('substring', _column(str), _column(pos), *([] if len is None else [_column(len)]))


def substring_index(str, delim, count):
    return _made('substring_index', _column(str), _value(delim), _value(count))


def split(str, pattern, limit=-1):
    return _made('split', _column(str), _value(pattern), _value(limit))


def regexp_extract(str, pattern, idx):
    return _made('regexp_extract', _column(str), _value(pattern), _value(idx))


def regexp_extract_all(str, regexp, idx=None):
    more = [] if idx is None else [_either(idx)]
    return _made('regexp_extract_all', _column(str), _column(regexp), *more)


def regexp_replace(string, pattern, replacement):
    return _made('regexp_replace', _column(string), _value(pattern), _value(replacement))


def replace(src, search, replace=None):
    more = [] if replace is None else [_column(replace)]
    return _made('replace', _column(src), _column(search), *more)


def translate(srcCol, matching, replace):
    return _made('translate', _column(srcCol), _value(matching), _value(replace))


def trim(col, trim=None):
    return _made('trim', _column(col), *([] if trim is None else [_column(trim)]))


def ltrim(col, trim=None):
    return _made('ltrim', _column(col), *([] if trim is None else [_column(trim)]))


def rtrim(col, trim=None):
    return _made('rtrim', _column(col), *([] if trim is None else [_column(trim)]))


def btrim(str, trim=None):
    return _made('btrim', _column(str), *([] if trim is None else [_column(trim)]))


def lpad(col, len, pad):
    return _made('lpad', _column(col), _value(len), _value(pad))


def rpad(col, len, pad):
    return _made('rpad', _column(col), _value(len), _value(pad))


def repeat(col, n):
    return _made('repeat', _column(col), _value(n))


def instr(str, substr):
    return _made('instr', _column(str), _value(substr))


def locate(substr, str, pos=1):
    return _made('locate', _value(substr), _column(str), _value(pos))


def overlay(src, replace, pos, len=-1):
    return _made('overlay', _column(src), _column(replace), _either(pos), _either(len))


def format_string(format, *cols):
    return _made('format_string', _value(format), *(_column(c) for c in cols))


def format_number(col, d):
    return _made('format_number', _column(col), _value(d))


def encode(col, charset):
    return _made('encode', _column(col), _value(charset))


def decode(col, charset):
    return _made('decode', _column(col), _value(charset))


# Times


def to_date(col, format=None):
    return _made('to_date', _column(col), *([] if format is None else [_value(format)]))


def to_timestamp(col, format=None):
    return _made('to_timestamp', _column(col), *([] if format is None else [_value(format)]))


to_timestamp_ntz = to_timestamp_ltz = try_to_timestamp = to_timestamp


def date_format(date, format):
    return _made('date_format', _column(date), _value(format))


def date_add(start, days):
    return _made('date_add', _column(start), _either(days))


dateadd = date_add


def date_sub(start, days):
    return _made('date_sub', _column(start), _either(days))


def add_months(start, months):
    return _made('add_months', _column(start), _either(months))


def months_between(date1, date2, roundOff=True):
    return _made('months_between', _column(date1), _column(date2), _value(roundOff))


def next_day(date, dayOfWeek):
    return _made('next_day', _column(date), _value(dayOfWeek))


def trunc(date, format):
    return _made('trunc', _column(date), _value(format))


def date_trunc(format, timestamp):
    return _made('date_trunc', _value(format), _column(timestamp))


def date_part(field, source):
    return _made('date_part', _column(field), _column(source))


extract = date_part


def unix_timestamp(timestamp=None, format='yyyy-MM-dd HH:mm:ss'):
    return (
        _made('unix_timestamp')
        if timestamp is None
        else _made('unix_timestamp', _column(timestamp), _value(format))
    )


def from_unixtime(timestamp, format='yyyy-MM-dd HH:mm:ss'):
    return _made('from_unixtime', _column(timestamp), _value(format))


def from_utc_timestamp(timestamp, tz):
    return _made('from_utc_timestamp', _column(timestamp), _either_text(tz))


def to_utc_timestamp(timestamp, tz):
    return _made('to_utc_timestamp', _column(timestamp), _either_text(tz))


def _either_text(value):
    return value._expression if isinstance(value, Column) else _value(value)


def make_timestamp(years, months, days, hours, mins, secs):
    return _made('make_timestamp', *(_column(c) for c in (years, months, days, hours, mins, secs)))


# Collections


def array_contains(col, value):
    return _made('array_contains', _column(col), _value(value))


def array_position(col, value):
    return _made('array_position', _column(col), _value(value))


def array_remove(col, element):
    return _made('array_remove', _column(col), _value(element))


def array_append(col, value):
    return _made('array_append', _column(col), _value(value))


def array_prepend(col, value):
    return _made('array_prepend', _column(col), _value(value))


def array_join(col, delimiter, null_replacement=None):
    more = [] if null_replacement is None else [_value(null_replacement)]
    return _made('array_join', _column(col), _value(delimiter), *more)


def array_repeat(col, count):
    return _made('array_repeat', _column(col), _either(count))


def sort_array(col, asc=True):
    return _made('sort_array', _column(col), _value(asc))


def array_sort(col, comparator=None):
    if comparator is not None:
        raise _refused('array_sort() with a comparison function')
    return _made('array_sort', _column(col))


def slice(x, start, length):
    return _made('slice', _column(x), _either(start), _either(length))


def element_at(col, extraction):
    return _made('element_at', _column(col), _value(extraction))


try_element_at = element_at


def sequence(start, stop, step=None):
    return _made(
        'sequence', _column(start), _column(stop), *([] if step is None else [_column(step)])
    )


def map_contains_key(col, value):
    return _made('map_contains_key', _column(col), _value(value))


def named_struct(*cols):
    return _made('named_struct', *(_column(c) for c in cols))


def str_to_map(text, pairDelim=None, keyValueDelim=None):
    more = [_column(c) for c in (pairDelim, keyValueDelim) if c is not None]
    return _made('str_to_map', _column(text), *more)


def _lambda(function):
    import inspect

    names = [f'{parameter}_{_n.fresh_id()}' for parameter in inspect.signature(function).parameters]
    body = function(*(Column(_n.LambdaName([name])) for name in names))
    return _n.Lambda(names, _value(body))


def transform(col, f):
    return _made('transform', _column(col), _lambda(f))


def filter(col, f):
    return _made('filter', _column(col), _lambda(f))


def exists(col, f):
    return _made('exists', _column(col), _lambda(f))


def forall(col, f):
    return _made('forall', _column(col), _lambda(f))


def aggregate(col, initialValue, merge, finish=None):
    more = [] if finish is None else [_lambda(finish)]
    return _made('aggregate', _column(col), _either(initialValue), _lambda(merge), *more)


reduce = aggregate


def zip_with(left, right, f):
    return _made('zip_with', _column(left), _column(right), _lambda(f))


def transform_keys(col, f):
    return _made('transform_keys', _column(col), _lambda(f))


def transform_values(col, f):
    return _made('transform_values', _column(col), _lambda(f))


def map_filter(col, f):
    return _made('map_filter', _column(col), _lambda(f))


def explode(col):
    return _made('explode', _column(col))


def explode_outer(col):
    return _made('explode_outer', _column(col))


def posexplode(col):
    return _made('posexplode', _column(col))


def posexplode_outer(col):
    return _made('posexplode_outer', _column(col))


def inline(col):
    return _made('inline', _column(col))


def inline_outer(col):
    return _made('inline_outer', _column(col))


def stack(*cols):
    return _made('stack', *(_either(c) for c in cols))


def json_tuple(col, *fields):
    return _made('json_tuple', _column(col), *(_value(f) for f in fields))


# JSON


def _schema_literal(schema):
    if isinstance(schema, Column):
        return schema._expression
    return _n.Literal(schema.json() if isinstance(schema, _t.DataType) else schema)


def from_json(col, schema, options=None):
    for name in options or {}:
        if name.lower() not in ('mode',) or options[name].upper() != 'PERMISSIVE':
            raise _refused(f"from_json()'s option '{name}'")
    return _made('from_json', _column(col), _schema_literal(schema))


def to_json(col, options=None):
    if options:
        raise _refused(f"to_json()'s option '{next(iter(options))}'")
    return _made('to_json', _column(col))


def get_json_object(col, path):
    return _made('get_json_object', _column(col), _value(path))


def schema_of_json(json, options=None):
    return _made('schema_of_json', _either_text(json))


def assert_true(col, errMsg=None):
    return _made('assert_true', _column(col), *([] if errMsg is None else [_either_text(errMsg)]))


def raise_error(errMsg):
    return _made('raise_error', _either_text(errMsg))


def broadcast(df):
    """A hint to Spark's planner. Here joins choose their side themselves; the rows are the same."""
    return df


def toDegrees(col):
    _warnings.warn('Deprecated in 2.1, use degrees instead.', FutureWarning, stacklevel=2)
    return degrees(col)  # noqa: F821


def toRadians(col):
    _warnings.warn('Deprecated in 2.1, use radians instead.', FutureWarning, stacklevel=2)
    return radians(col)  # noqa: F821


def call_function(funcName, *cols):
    return _made(funcName, *(_column(c) for c in cols))


call_udf = call_function

_NOT_BUILT = [
    'aes_decrypt',
    'aes_encrypt',
    'bucket',
    'count_min_sketch',
    'days',
    'from_csv',
    'histogram_numeric',
    'hours',
    'input_file_block_length',
    'input_file_block_start',
    'input_file_name',
    'java_method',
    'make_interval',
    'months',
    'parse_url',
    'reflect',
    'schema_of_csv',
    'sentences',
    'session_window',
    'shuffle',
    'to_csv',
    'to_number',
    'udtf',
    'window_time',
    'xpath',
    'years',
]


def _not_built(name):
    @_functools.wraps(_refused)
    def function(*_arguments, **_options):
        raise _refused(f'functions.{name}()')

    function.__name__ = name
    return function


for _each in _NOT_BUILT:
    globals()[_each] = _not_built(_each)

__all__ = [name for name in list(globals()) if not name.startswith('_') and name != 'Column']
