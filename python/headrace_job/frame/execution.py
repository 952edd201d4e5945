"""Runs plans: renders one statement of common table expressions and sends it over the channel."""

import datetime
import decimal
import itertools
import json
import os
import re
import sys
import threading
import weakref

from headrace_job.expression import prelude
from headrace_job.expression.duck_types import duck_type
from pyspark.errors import AnalysisException
from pyspark.sql import types as t


class Engine:
    """The SQL session of this run. Statements of several threads run one behind the other."""

    def __init__(self, channel):
        self.channel = channel
        self.work = channel.start()['work']
        self._numbers = itertools.count(1)
        self._ready = False
        self._preparing = threading.Lock()
        self._turn = threading.RLock()
        self._abandoned = []
        # A plan of many steps is walked recursively.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))

    def sql(self, text, rows_max=None):
        """Runs one statement and answers its rows."""
        with self._preparing:
            if not self._ready:
                for statement in prelude.statements():
                    self.channel.call('sql', sql=statement)
                self._ready = True
        fields = {'rowsMax': rows_max} if rows_max else {}
        return self.channel.call('sql', sql=text, **fields)['rows']

    def scratch(self, ending=''):
        """A path under `work` that nothing has used."""
        return os.path.join(self.work, f'headrace-{os.getpid()}-{next(self._numbers)}{ending}')

    def new_table(self):
        return f'headrace_{next(self._numbers)}'

    def drop_later(self, owner, table):
        """Drops the table some time after its owner has gone."""
        weakref.finalize(owner, self._abandoned.append, table)

    def run(self, plan, statement):
        """`statement(body)` is sent with the plan's query as body; its rows are answered."""
        with self._turn:
            while self._abandoned:
                self.sql(f'DROP TABLE IF EXISTS {self._abandoned.pop()}')
            self._prepare(plan, set())
            return self.sql(statement(render(plan)))

    def prepare(self, plan):
        """Fills what must be there before the plan can be read: caches, rows from Python."""
        with self._turn:
            self._prepare(plan, set())

    def _prepare(self, plan, seen):
        if plan.id in seen:
            return
        seen.add(plan.id)
        if plan.cache and plan.cache.table:
            return
        for child in plan.inputs:
            self._prepare(child, seen)
        if plan.prepare:
            plan.prepare(self)
        if plan.cache:
            table = self.new_table()
            self.sql(f'CREATE TEMP TABLE {table} AS {render(plan)}')
            plan.cache.table = table
            self.drop_later(plan.cache, table)

    def count(self, plan):
        rows = self.run(plan, lambda body: f'SELECT count(*) FROM ({body})')
        return int(rows[0][0])

    def rows(self, plan):
        """The plan's rows, as tuples of Python values, in its order."""
        path = self.scratch('.ndjson')
        selected = ', '.join(transport(a.sql, a.type) + f' AS {a.sql}' for a in plan.attributes)
        self.run(
            plan,
            lambda body: (
                f"COPY (SELECT {selected or '1 AS c0'} FROM ({body})) TO '{quoted(path)}' (FORMAT json)"
            ),
        )
        readers = [reader(a.type) for a in plan.attributes]
        try:
            with open(path, encoding='utf-8') as lines:
                for line in lines:
                    values = json.loads(line).values()
                    yield tuple(
                        value if read is None or value is None else read(value)
                        for read, value in zip(readers, values)
                    )
        finally:
            os.unlink(path)

    def describe(self, query):
        """Names and DuckDB types of a query's columns."""
        return [(row[0], row[1]) for row in self.sql(f'DESCRIBE {query}')]


class Cache:
    """What `DataFrame.cache` leaves on a plan: the table, once it is filled."""

    def __init__(self):
        self.table = None


def render(plan):
    """The whole query of a plan as one statement."""
    order, uses = [], {}

    def visit(node):
        uses[node.id] = uses.get(node.id, 0) + 1
        if uses[node.id] > 1:
            return
        if not _table(node):
            for child in node.inputs:
                visit(child)
        order.append(node)

    visit(plan)
    parts = []
    for node in order:
        if node is plan:
            continue
        shared = uses[node.id] > 1 and not node.cheap and not _table(node)
        word = 'MATERIALIZED' if shared else 'NOT MATERIALIZED'
        parts.append(f'{node.name} AS {word} ({_body(node)})')
    head = f'WITH {", ".join(parts)} ' if parts else ''
    return head + _body(plan)


def render_nested(plan):
    """The query of a plan as nested SELECTs, which may name columns of the query around it."""
    body = _body(plan)
    if _table(plan):
        return body
    for child in plan.inputs:
        nested = f'({render_nested(child)}) {child.name}'
        body = re.sub(
            rf'\b(FROM|JOIN) {child.name}\b', lambda match: f'{match.group(1)} {nested}', body
        )
    return body


def _table(node):
    return node.cache.table if node.cache else None


def _body(node):
    table = _table(node)
    return f'SELECT {node.columns or "*"} FROM {table}' if table else node.sql


def quoted(path):
    return path.replace("'", "''")


def transport(sql, kind):
    """SQL for a column on its way to Python in a line of JSON."""
    if isinstance(kind, t.DayTimeIntervalType):
        raise AnalysisException(
            'A column of intervals cannot leave an expression; cast it or take its parts.'
        )
    safe = _transport_type(kind)
    return sql if safe == duck_type(kind) else f'CAST({sql} AS {safe})'


def _transport_type(kind):
    if isinstance(kind, (t.DecimalType, t.BinaryType)):
        return 'VARCHAR'
    if isinstance(kind, t.FloatType):
        return 'FLOAT'
    if isinstance(kind, t.ArrayType):
        return _transport_type(kind.elementType) + '[]'
    if isinstance(kind, t.MapType):
        return f'MAP({_transport_type(kind.keyType)}, {_transport_type(kind.valueType)})'
    if isinstance(kind, t.StructType):
        from headrace_job.expression.typed import quote_name

        parts = ', '.join(f'{quote_name(f.name)} {_transport_type(f.dataType)}' for f in kind)
        return f'STRUCT({parts})'
    return duck_type(kind)


def reader(kind):
    """What turns a JSON value into the Python value of the type; None when it is the value."""
    if isinstance(kind, t.DecimalType):
        return decimal.Decimal
    if isinstance(kind, (t.TimestampType, t.TimestampNTZType)):
        return _moment
    if isinstance(kind, t.DateType):
        return datetime.date.fromisoformat
    if isinstance(kind, t.BinaryType):
        return _blob
    if isinstance(kind, t.ArrayType):
        inner = reader(kind.elementType)
        return inner and (lambda value: [None if v is None else inner(v) for v in value])
    if isinstance(kind, t.MapType):
        return _map_reader(kind)
    if isinstance(kind, t.StructType):
        names, readers = kind.names, [reader(f.dataType) for f in kind]

        def struct(value):
            parts = [
                v if read is None or v is None else read(v)
                for read, v in zip(readers, (value.get(name) for name in names))
            ]
            return t.make_row(names, parts)

        return struct
    return None


def _map_reader(kind):
    value_reader = reader(kind.valueType)
    key_reader = reader(kind.keyType)
    if isinstance(kind.keyType, t.IntegralType):
        key_reader = int
    elif isinstance(kind.keyType, (t.DoubleType, t.FloatType)):
        key_reader = float
    elif isinstance(kind.keyType, t.BooleanType):
        key_reader = 'true'.__eq__

    def read(value):
        return {
            key_reader(k) if key_reader else k: v
            if v is None or value_reader is None
            else value_reader(v)
            for k, v in value.items()
        }

    return read


def _moment(text):
    head, _, fraction = text.partition('.')
    moment = (
        datetime.datetime.strptime(head, '%Y-%m-%d %H:%M:%S')
        if len(head) != 19
        else (datetime.datetime.fromisoformat(head))
    )
    return moment.replace(microsecond=int(fraction[:6].ljust(6, '0'))) if fraction else moment


def _blob(text):
    out, place = bytearray(), 0
    while place < len(text):
        if text[place] == '\\' and text[place + 1 : place + 2] == 'x':
            out.append(int(text[place + 2 : place + 4], 16))
            place += 4
        else:
            out.append(ord(text[place]))
            place += 1
    return bytearray(out)
