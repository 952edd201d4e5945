"""`spark.sql`: runs a statement and answers the plan of its result."""

from headrace_job.frame.execution import Cache
from headrace_job.frame.from_python import rows_plan
from pyspark.errors import AnalysisException
from pyspark.sql import types as t

from .queries import QueryParser
from .translate import Translator


def run(session, text):
    translator = Translator(session)
    tree = QueryParser(text, session._functions, translator).statement()
    handler = _HANDLERS.get(tree.kind)
    if handler is None:
        return translator.query(tree)
    columns, rows = handler(session, translator, tree)
    schema = t.StructType([t.StructField(name, kind) for name, kind in columns])
    return rows_plan(session._engine, schema, rows)


def _view(session, translator, tree):
    name = tree.names[-1].lower()
    if name in session._views and not tree.replace:
        raise AnalysisException(
            f'[TEMP_TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create the temporary view `{name}` because it already exists.'
        )
    session._views[name] = translator.query(tree.query)
    return [], []


def _drop(session, translator, tree):
    if session._views.pop(tree.names[-1].lower(), None) is None and not tree.quiet:
        raise AnalysisException(
            f'[TABLE_OR_VIEW_NOT_FOUND] The table or view `{tree.names[-1]}` cannot be found (only temporary views '
            'can be dropped).'
        )
    return [], []


def _use(session, translator, tree):
    session.current_database = tree.database
    return [], []


def _tables(session, translator, tree):
    text, flag = t.StringType(), t.BooleanType()
    found = session.catalog.listTables(tree.database)
    rows = [
        (table.namespace[0] if table.namespace else '', table.name, table.isTemporary)
        for table in found
    ]
    return [('namespace', text), ('tableName', text), ('isTemporary', flag)], rows


def _databases(session, translator, tree):
    return [('namespace', t.StringType())], [(d.name,) for d in session.catalog.listDatabases()]


def _describe(session, translator, tree):
    text = t.StringType()
    attributes = session._table_plan(tree.names).attributes
    rows = [(a.name, a.type.simpleString(), None) for a in attributes]
    return [('col_name', text), ('data_type', text), ('comment', text)], rows


def _columns(session, translator, tree):
    attributes = session._table_plan(tree.names).attributes
    return [('col_name', t.StringType())], [(a.name,) for a in attributes]


def _set(session, translator, tree):
    key, sign, value = tree.text.partition('=')
    key, value = key.strip(), value.strip()
    if sign:
        session.conf.set(key, value)
    return [('key', t.StringType()), ('value', t.StringType())], [
        (key, session.conf.get(key, '<undefined>'))
    ]


def _cache(session, translator, tree):
    if tree.query is not None:
        session._views[tree.names[-1].lower()] = translator.query(tree.query)
    plan = session._table_plan(tree.names)
    session._views.setdefault(tree.names[-1].lower(), plan)
    plan.cache = plan.cache or Cache()
    return [], []


def _uncache(session, translator, tree):
    session._table_plan(tree.names).cache = None
    return [], []


_HANDLERS = {
    'view': _view,
    'drop': _drop,
    'use': _use,
    'tables': _tables,
    'databases': _databases,
    'describe': _describe,
    'columns': _columns,
    'setting': _set,
    'cache': _cache,
    'uncache': _uncache,
    'refresh': lambda session, translator, tree: ([], []),
}
