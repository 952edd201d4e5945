"""Dates and timestamps. The session's zone is UTC, as in a Glue job."""

from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from .casts import cast
from .coercion import (
    DATE,
    DOUBLE,
    INT,
    LONG,
    STRING,
    TIMESTAMP,
    date_of,
    int_of,
    is_time,
    text_of,
    timestamp_of,
)
from .registry import function, rule, show_as
from .time_patterns import format_sql, parse_sql
from .typed import Typed

_DEFAULT = 'yyyy-MM-dd HH:mm:ss'
show_as(
    'months_between',
    lambda end, start, rounded='true': f'months_between({end}, {start}, {rounded})',
)
show_as('date_part', 'date_part({0}, {1})')
show_as('extract', 'extract({0} FROM {1})')
show_as(
    'unix_timestamp',
    lambda value='current_timestamp()', pattern=_DEFAULT: f'unix_timestamp({value}, {pattern})',
)
show_as('from_unixtime', lambda value, pattern=_DEFAULT: f'from_unixtime({value}, {pattern})')

# name: (unit of the argument: d date, t timestamp; SQL)
_PARTS = {
    'year': ('d', 'year({0})'),
    'quarter': ('d', 'quarter({0})'),
    'month': ('d', 'month({0})'),
    'day dayofmonth': ('d', 'day({0})'),
    'dayofyear': ('d', 'dayofyear({0})'),
    'dayofweek': ('d', 'dayofweek({0}) + 1'),
    'weekday': ('d', 'isodow({0}) - 1'),
    'weekofyear': ('d', 'weekofyear({0})'),
    'hour': ('t', 'hour({0})'),
    'minute': ('t', 'minute({0})'),
    'second': ('t', 'second({0})'),
}


def _part(names, unit, template):
    @function(names, 1)
    def make(value):
        moment = (
            value.sql
            if is_time(value.type) and unit == 'd'
            else (date_of(value) if unit == 'd' else timestamp_of(value))
        )
        return Typed(f'CAST({template.format(moment)} AS INTEGER)', INT)


for _names, (_unit, _template) in _PARTS.items():
    _part(_names, _unit, _template)


@function('current_date curdate', 0)
def _current_date():
    return Typed("CAST(timezone('UTC', now()) AS DATE)", DATE, False)


@function('current_timestamp now localtimestamp', 0)
def _current_timestamp():
    return Typed("timezone('UTC', now())", TIMESTAMP, False)


@function('current_timezone', 0)
def _current_timezone():
    return Typed("'UTC'", STRING, False)


def _pattern(value):
    if not isinstance(value.literal, str):
        raise refused('a datetime pattern that is not a literal')
    return value.literal


@function('to_date', 1, 2)
def _to_date(value, pattern=None):
    if pattern is None or not isinstance(value.type, t.StringType):
        return cast(value, DATE)
    return Typed(f'CAST({parse_sql(value.sql, _pattern(pattern))} AS DATE)', DATE)


@function('to_timestamp try_to_timestamp to_timestamp_ntz to_timestamp_ltz', 1, 2)
def _to_timestamp(value, pattern=None):
    if pattern is None or not isinstance(value.type, t.StringType):
        return cast(value, TIMESTAMP)
    return Typed(f'CAST({parse_sql(value.sql, _pattern(pattern))} AS TIMESTAMP)', TIMESTAMP)


@function('unix_timestamp to_unix_timestamp', 0, 2)
def _unix_timestamp(value=None, pattern=None):
    if value is None:
        return Typed('CAST(epoch(now()) AS BIGINT)', LONG, False)
    if is_time(value.type):
        return Typed(f'CAST(trunc(epoch_us({timestamp_of(value)}) / 1000000) AS BIGINT)', LONG)
    wanted = _DEFAULT if pattern is None else _pattern(pattern)
    return Typed(f'hr_seconds({parse_sql(text_of(value), wanted)})', LONG)


@function('from_unixtime', 1, 2)
def _from_unixtime(value, pattern=None):
    moment = f'make_timestamp({cast(value, LONG).sql} * 1000000)'
    return Typed(format_sql(moment, _DEFAULT if pattern is None else _pattern(pattern)), STRING)


@function('date_format', 2)
def _date_format(value, pattern):
    return Typed(format_sql(timestamp_of(value), _pattern(pattern)), STRING)


@function('date_add dateadd', 2)
def _date_add(value, days):
    return Typed(f'({date_of(value)} + {int_of(days)})', DATE)


@function('date_sub', 2)
def _date_sub(value, days):
    return Typed(f'({date_of(value)} - {int_of(days)})', DATE)


@function('datediff date_diff', 2)
def _datediff(end, start):
    return Typed(f'CAST({date_of(end)} - {date_of(start)} AS INTEGER)', INT)


@function('add_months', 2)
def _add_months(value, months):
    return Typed(f'CAST({date_of(value)} + to_months({int_of(months)}) AS DATE)', DATE)


@function('months_between', 2, 3)
def _months_between(end, start, rounded=None):
    sql = f'hr_months_between({timestamp_of(end)}, {timestamp_of(start)})'
    if rounded is None or rounded.literal:
        sql = f'round({sql}, 8)'
    return Typed(sql, DOUBLE)


@function('last_day', 1)
def _last_day(value):
    return Typed(f'last_day({date_of(value)})', DATE)


_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']


@function('next_day', 2)
def _next_day(value, day):
    wanted = str(day.literal).lower()
    found = [
        i
        for i, name in enumerate(_DAYS)
        if name == wanted or name[:3] == wanted or name[:2] == wanted
    ]
    if not found:
        return Typed('CAST(NULL AS DATE)', DATE)
    date = date_of(value)
    return Typed(f'({date} + CAST((({found[0]} - isodow({date}) + 7) % 7) + 1 AS INTEGER))', DATE)


_TRUNC = {
    'year': 'year',
    'yyyy': 'year',
    'yy': 'year',
    'quarter': 'quarter',
    'month': 'month',
    'mon': 'month',
    'mm': 'month',
    'week': 'week',
    'day': 'day',
    'dd': 'day',
    'hour': 'hour',
    'minute': 'minute',
    'second': 'second',
    'millisecond': 'millisecond',
    'microsecond': 'microsecond',
}


@function('trunc', 2)
def _trunc(value, unit):
    name = _TRUNC.get(str(unit.literal).lower())
    if name not in ('year', 'quarter', 'month', 'week'):
        return Typed('CAST(NULL AS DATE)', DATE)
    return Typed(f"CAST(date_trunc('{name}', {date_of(value)}) AS DATE)", DATE)


@function('date_trunc', 2)
def _date_trunc(unit, value):
    name = _TRUNC.get(str(unit.literal).lower())
    if name is None:
        return Typed('CAST(NULL AS TIMESTAMP)', TIMESTAMP)
    return Typed(f"CAST(date_trunc('{name}', {timestamp_of(value)}) AS TIMESTAMP)", TIMESTAMP)


@function('make_date', 3)
def _make_date(year, month, day):
    y, m, d = int_of(year), int_of(month), int_of(day)
    text = f"CAST({y} AS VARCHAR) || '-' || CAST({m} AS VARCHAR) || '-' || CAST({d} AS VARCHAR)"
    return Typed(f'TRY_CAST({text} AS DATE)', DATE)


@function('make_timestamp', 6)
def _make_timestamp(year, month, day, hour, minute, second):
    numbers = ', '.join(cast(v, LONG).sql for v in (year, month, day, hour, minute))
    return Typed(f'make_timestamp({numbers}, {cast(second, DOUBLE).sql})', TIMESTAMP)


def _from_epoch(name, factor):
    @function(name, 1)
    def make(value):
        if factor == 1000000 and not isinstance(value.type, t.IntegralType):
            return cast(cast(value, DOUBLE), TIMESTAMP)
        return Typed(f'make_timestamp({cast(value, LONG).sql} * {factor})', TIMESTAMP)


_from_epoch('timestamp_seconds', 1000000)
_from_epoch('timestamp_millis', 1000)
_from_epoch('timestamp_micros', 1)


def _to_epoch(name, divisor):
    @function(name, 1)
    def make(value):
        sql = f'CAST(floor(epoch_us({timestamp_of(value)}) / {divisor}) AS BIGINT)'
        return Typed(sql if divisor > 1 else f'epoch_us({timestamp_of(value)})', LONG)


_to_epoch('unix_seconds', 1000000)
_to_epoch('unix_millis', 1000)
_to_epoch('unix_micros', 1)


@function('unix_date', 1)
def _unix_date(value):
    return Typed(f"CAST({date_of(value)} - DATE '1970-01-01' AS INTEGER)", INT)


@function('date_from_unix_date', 1)
def _date_from_unix_date(value):
    return Typed(f"(DATE '1970-01-01' + {int_of(value)})", DATE)


@function('from_utc_timestamp', 2)
def _from_utc(value, zone):
    return Typed(f"timezone({text_of(zone)}, timezone('UTC', {timestamp_of(value)}))", TIMESTAMP)


@function('to_utc_timestamp', 2)
def _to_utc(value, zone):
    return Typed(f"timezone('UTC', timezone({text_of(zone)}, {timestamp_of(value)}))", TIMESTAMP)


_EXTRACT = {
    'year': 'year',
    'yearofweek': 'isoyear',
    'quarter': 'quarter',
    'month': 'month',
    'week': 'week',
    'day': 'day',
    'dayofweek': 'dow',
    'dow': 'dow',
    'dayofweek_iso': 'isodow',
    'doy': 'doy',
    'hour': 'hour',
    'minute': 'minute',
}


@function('date_part extract datepart', 2)
def _date_part(unit, value):
    name = str(unit.literal).lower().rstrip('s')
    if name not in _EXTRACT:
        raise refused(f"date_part('{unit.literal}')")
    more = ' + 1' if _EXTRACT[name] == 'dow' else ''
    return Typed(
        f"CAST(date_part('{_EXTRACT[name]}', {timestamp_of(value)}){more} AS INTEGER)", INT
    )


_LENGTHS = {
    'microsecond': 1,
    'millisecond': 1000,
    'second': 10**6,
    'minute': 60 * 10**6,
    'hour': 3600 * 10**6,
    'day': 86400 * 10**6,
    'week': 7 * 86400 * 10**6,
}


def duration_us(text):
    """`10 minutes` in microseconds."""
    words = str(text).lower().replace('interval', '').split()
    total = 0
    if len(words) % 2 or not words:
        raise AnalysisException(f"The interval '{text}' is not understood.")
    for amount, unit in zip(words[0::2], words[1::2]):
        name = unit.rstrip('s')
        if name not in _LENGTHS:
            raise AnalysisException(f"The interval '{text}' must be of weeks or smaller units.")
        total += int(amount) * _LENGTHS[name]
    return total


@rule('window', 2, 4)
def _window(call, scope, arguments):
    """Tumbling windows. Sliding ones would make several rows of one."""
    moment, length = timestamp_of(arguments[0]), duration_us(arguments[1].literal)
    slide = arguments[2].literal if len(arguments) > 2 else None
    offset = arguments[3].literal if len(arguments) > 3 else None
    if slide is not None and duration_us(slide) != length:
        raise refused('window() with a slide other than its length')
    begin = duration_us(offset) if offset else 0
    start = (
        f'epoch_us({moment}) - ((epoch_us({moment}) - {begin}) % {length} + {length}) % {length}'
    )
    kind = t.StructType([t.StructField('start', TIMESTAMP), t.StructField('end', TIMESTAMP)])
    sql = f"{{'start': make_timestamp({start}), 'end': make_timestamp({start} + {length})}}"
    return Typed(f'CASE WHEN {moment} IS NOT NULL THEN {sql} END', kind)


show_as('window', lambda *texts: 'window')
