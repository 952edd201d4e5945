"""Choosing between values."""

from pyspark.errors import AnalysisException
from pyspark.sql import types as t

from .casts import cast
from .coercion import BOOLEAN, STRING, alike, comparable, to_boolean
from .registry import function, rule, show_as
from .typed import Typed, quote_text


show_as('if', '(IF({0}, {1}, {2}))')


@function('coalesce', 1, None)
def _coalesce(*values):
    values, kind = alike(values, 'coalesce')
    nullable = all(v.nullable for v in values)
    return Typed(f'coalesce({", ".join(v.sql for v in values)})', kind, nullable)


@function('nvl ifnull', 2)
def _nvl(value, other):
    return _coalesce_two(value, other)


def _coalesce_two(value, other):
    values, kind = alike([value, other], 'nvl')
    return Typed(f'coalesce({values[0].sql}, {values[1].sql})', kind)


@function('nvl2', 3)
def _nvl2(value, present, absent):
    values, kind = alike([present, absent], 'nvl2')
    sql = f'CASE WHEN {value.sql} IS NOT NULL THEN {values[0].sql} ELSE {values[1].sql} END'
    return Typed(sql, kind)


@function('nullif', 2)
def _nullif(value, other):
    left, right = comparable(value, other)
    return Typed(f'CASE WHEN {left.sql} = {right.sql} THEN NULL ELSE {value.sql} END', value.type)


@function('if iff', 3)
def _if(condition, value, other):
    values, kind = alike([value, other], 'if')
    sql = f'CASE WHEN {to_boolean(condition)} THEN {values[0].sql} ELSE {values[1].sql} END'
    return Typed(sql, kind)


@function('decode_values', 3, None)
def _decode(value, *pairs):
    searches, results = pairs[0:-1:2], pairs[1::2]
    default = pairs[-1:] if len(pairs) % 2 else ()
    chosen, kind = alike([*results, *default], 'decode')
    branches = ''
    for search, result in zip(searches, chosen):
        left, right = comparable(value, search)
        branches += f' WHEN {left.sql} IS NOT DISTINCT FROM {right.sql} THEN {result.sql}'
    ending = f' ELSE {chosen[-1].sql}' if default else ''
    return Typed(f'CASE{branches}{ending} END', kind)


@rule('assert_true', 1, 2)
def _assert_true(call, scope, arguments):
    text = (
        cast(arguments[1], STRING).sql
        if len(arguments) > 1
        else quote_text(f"'{call.arguments[0].text()}' is not true!")
    )
    condition = to_boolean(arguments[0])
    return Typed(f'CASE WHEN {condition} THEN NULL ELSE error({text}) END', t.NullType())


@function('raise_error', 1)
def _raise_error(message):
    return Typed(f'error({cast(message, STRING).sql})', t.NullType())


@function('equal_null', 2)
def _equal_null(left, right):
    left, right = comparable(left, right)
    return Typed(f'({left.sql} IS NOT DISTINCT FROM {right.sql})', BOOLEAN, False)


@rule('current_user user', 0)
def _current_user(call, scope, arguments):
    return Typed(quote_text('hadoop'), STRING, False)


@rule('current_database current_schema', 0)
def _current_database(call, scope, arguments):
    if scope.session is None:
        raise AnalysisException('current_database() needs a session')
    return Typed(quote_text(scope.session.current_database), STRING, False)


@rule('version', 0)
def _version(call, scope, arguments):
    from pyspark.version import __version__

    return Typed(quote_text(__version__), STRING, False)
