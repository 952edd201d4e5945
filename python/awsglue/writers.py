"""Sinks of DynamicFrames."""

from headrace_job.expression.typed import Attribute
from headrace_job.frame import plan as p
from headrace_job.lake import sinks
from headrace_job.lake.sources import s3_path
from pyspark.errors import IllegalArgumentException, refused
from pyspark.sql import types as t

from awsglue.choices import cast_choice, parts_of
from awsglue.readers import check

_FORMAT_OPTIONS = {
    'json': {'encoding', 'compression'},
    'csv': {
        'separator',
        'quotechar',
        'escaper',
        'writeheader',
        'withheader',
        'encoding',
        'compression',
    },
    'parquet': {'compression'},
}
_CONNECTION_OPTIONS = {
    'path',
    'partitionkeys',
    'compression',
    'enableupdatecatalog',
    'updatebehavior',
    'database',
    'tablename',
}


def form_of(name):
    """The format that is written for Glue's name of it."""
    lowered = (name or '').lower()
    fmt = {'glueparquet': 'parquet'}.get(lowered, lowered)
    if fmt not in _FORMAT_OPTIONS:
        raise refused(f"writing the format '{name}'")
    return fmt


def _sink(frame, fmt, options, format_options):
    check(format_options, _FORMAT_OPTIONS[fmt], f'the {fmt} format')
    lowered = {name.lower(): value for name, value in format_options.items()}
    connection = {name.lower(): value for name, value in options.items()}
    compression = lowered.get('compression', connection.get('compression'))
    given = {
        name: value
        for name, value in lowered.items()
        if name in ('separator', 'quotechar', 'writeheader')
    }
    if lowered.get('escaper'):
        given['escape'] = lowered['escaper']
    if compression:
        given['compression'] = compression
    keys = connection.get('partitionkeys') or []
    files = getattr(frame._frame, '_files', None)
    return sinks.Sink(fmt, given, keys, files, 'glue', 'append')


def _plan(frame, fmt):
    """What is written: of a choice the value itself where the format can have values of any type, and
    no fields of the null type where it cannot."""
    items = []
    for a in frame._plan.attributes:
        if a.name in frame._choices and fmt == 'json':
            # JSON of any type stays what it is inside of a record.
            parts = ', '.join(f'to_json({part.sql})' for part in parts_of(a))
            items.append((Attribute(a.name, t.StringType()), f'coalesce({parts})'))
        elif a.name in frame._choices and fmt == 'csv':
            items.append((Attribute(a.name, t.StringType()), cast_choice(a, t.StringType()).sql))
        elif fmt != 'parquet' or not isinstance(a.type, t.NullType):
            items.append((a, a.sql))
    return p.project(frame._plan, items)


def write_frame(frame, connection_type, connection_options, format, format_options):
    """Adds the frame's records below a path. Answers the frame."""
    if connection_type != 's3':
        raise refused(f"writing to the connection type '{connection_type}'")
    check(
        connection_options,
        _CONNECTION_OPTIONS - {'enableupdatecatalog', 'updatebehavior', 'database', 'tablename'},
        'from_options()',
    )
    path = connection_options.get('path')
    if not path:
        raise IllegalArgumentException('connection_options needs a path')
    fmt = form_of(format)
    sink = _sink(frame, fmt, connection_options, format_options)
    sinks.write(frame.glue_ctx._engine, _plan(frame, fmt), s3_path(path), sink)
    return frame


def write_catalog(frame, database, table_name, additional_options):
    """Adds the frame's records to a table, in its format and at its place."""
    options = dict(additional_options or {})
    check(
        options,
        {'partitionkeys', 'enableupdatecatalog', 'updatebehavior'},
        'write_dynamic_frame.from_catalog()',
    )
    engine = frame.glue_ctx._engine
    table = engine.channel.call('catalog.table', database=database, table=table_name)
    keys = options.get('partitionKeys') or [key['name'] for key in table['partitionKeys']]
    sink_options = {'path': table['location'], 'partitionKeys': keys}
    fmt = form_of(table['format'])
    own = table.get('formatOptions') or {}
    csv_options = {
        'separator': own.get('separator', ','),
        'writeHeader': str(own.get('withHeader', own.get('skipFirst', False))).lower(),
    }
    sink = _sink(frame, fmt, sink_options, csv_options if fmt == 'csv' else {})
    answer, body, partition = sinks.write(
        engine, _plan(frame, fmt), s3_path(table['location']), sink
    )
    if str(options.get('enableUpdateCatalog', False)).lower() == 'true':
        _update(
            engine,
            database,
            table_name,
            table['location'],
            sink,
            answer,
            body,
            partition,
            options.get('updateBehavior'),
        )
    return frame


def _update(engine, database, table, path, sink, answer, body, keys, behaviour):
    fields = {'updateBehavior': behaviour} if behaviour else {}
    engine.channel.call(
        'catalog.write',
        database=database,
        table=table,
        path=s3_path(path),
        format=sink.format,
        columns=sinks.hive_columns(body),
        partitionKeys=sinks.hive_columns(keys),
        partitions=answer['partitions'],
        mode='append',
        compression=sink.compression,
        **fields,
    )


class DataSink:
    """`getSink(…)`: a place to write to that can keep a table of the catalog up to date."""

    def __init__(self, context, connection_type, format, options):
        if connection_type != 's3':
            raise refused(f"getSink() of the connection type '{connection_type}'")
        check(options, _CONNECTION_OPTIONS, 'getSink()')
        self._context = context
        self._options = options
        self._format = format
        self._format_options = {}
        self._table = None

    def setFormat(self, format, **options):
        self._format = format
        self._format_options = options

    def setAccumulableSize(self, size):
        """How many errors Glue would count."""

    def setCatalogInfo(self, catalogDatabase, catalogTableName, catalogId=''):
        self._table = (catalogDatabase, catalogTableName)

    def writeFrame(self, dynamic_frame, info=''):
        path = self._options.get('path')
        if not path:
            raise IllegalArgumentException('getSink() needs a path')
        fmt = form_of(self._format)
        sink = _sink(dynamic_frame, fmt, self._options, self._format_options)
        engine = self._context._engine
        answer, body, keys = sinks.write(engine, _plan(dynamic_frame, fmt), s3_path(path), sink)
        update = str(self._options.get('enableUpdateCatalog', False)).lower() == 'true'
        if update and not self._table:
            raise IllegalArgumentException('enableUpdateCatalog needs setCatalogInfo()')
        if update:
            behaviour = self._options.get('updateBehavior')
            _update(engine, *self._table, path, sink, answer, body, keys, behaviour)
        return dynamic_frame

    write = writeFrame
