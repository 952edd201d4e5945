"""`spark.read` and `frame.write`."""

from headrace_job.channel import ServiceException
from headrace_job.lake import sinks, spark_reader
from headrace_job.lake.sources import check_options, s3_path
from pyspark.errors import AnalysisException, IllegalArgumentException, refused
from pyspark.sql import types as t
from pyspark.sql.column import split_name
from pyspark.sql.dataframe import DataFrame


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Options:
    def __init__(self):
        self._format = None
        self._options = {}

    def format(self, source):
        self._format = source
        return self

    def option(self, key, value):
        if value is not None:
            self._options[key] = _text(value)
        return self

    def options(self, **options):
        for key, value in options.items():
            self.option(key, value)
        return self


class DataFrameReader(_Options):
    def __init__(self, session):
        super().__init__()
        self._session = session
        self._schema = None

    def schema(self, schema):
        self._schema = t.as_schema(schema)
        return self

    def load(self, path=None, format=None, schema=None, **options):
        if format is not None:
            self.format(format)
        if schema is not None:
            self.schema(schema)
        self.options(**options)
        given = dict(self._options)
        path = given.pop('path', None) if path is None else path
        if not path:
            raise IllegalArgumentException("'path' is not specified")
        plan = spark_reader.read(
            self._session, self._format or 'parquet', path, given, self._schema
        )
        return DataFrame(plan, self._session)

    def parquet(self, *paths, **options):
        return self.format('parquet').options(**options).load(_all(paths))

    def json(self, path, schema=None, **options):
        if not isinstance(path, (str, list, tuple)):
            raise refused('read.json() of an RDD')
        return self.format('json').load(path, schema=schema, **options)

    def csv(self, path, schema=None, **options):
        if not isinstance(path, (str, list, tuple)):
            raise refused('read.csv() of an RDD')
        return self.format('csv').load(path, schema=schema, **options)

    def text(self, paths, wholetext=False, lineSep=None, **options):
        if wholetext or lineSep:
            raise refused('read.text() with wholetext or lineSep')
        return self.format('text').load(paths, **options)

    def table(self, tableName):
        if self._schema is not None or self._options:
            raise refused('read.table() with a schema or options')
        return self._session.table(tableName)

    def orc(self, path, **options):
        raise refused("reading the format 'orc'")

    def jdbc(self, *_arguments, **_options):
        raise refused('read.jdbc()')


def _all(paths):
    return [path for given in paths for path in ([given] if isinstance(given, str) else given)]


def _storable(kind, target):
    """Whether Spark puts values of a type into a column of the other: none may be lost for its type."""
    if kind == target or isinstance(kind, t.NullType):
        return True
    if isinstance(target, t.StringType):
        return isinstance(kind, t.AtomicType)
    if isinstance(kind, t.NumericType) and isinstance(target, t.NumericType):
        return True
    if isinstance(kind, t.DateType) and isinstance(target, t.TimestampType):
        return True
    if isinstance(kind, t.ArrayType) and isinstance(target, t.ArrayType):
        return _storable(kind.elementType, target.elementType)
    if (
        isinstance(kind, t.StructType)
        and isinstance(target, t.StructType)
        and len(kind) == len(target)
    ):
        return all(_storable(a.dataType, b.dataType) for a, b in zip(kind, target))
    return False


_WRITER_OPTIONS = {
    'parquet': {'compression', 'path', 'mergeschema'},
    'json': {'compression', 'path', 'encoding', 'linesep'},
    'csv': {
        'compression',
        'path',
        'header',
        'sep',
        'delimiter',
        'quote',
        'escape',
        'nullvalue',
        'quoteall',
        'encoding',
        'emptyvalue',
    },
    'text': {'compression', 'path'},
}


class DataFrameWriter(_Options):
    def __init__(self, frame):
        super().__init__()
        self._frame = frame
        self._mode = 'errorifexists'
        self._keys = []

    def mode(self, saveMode):
        if saveMode is not None:
            sinks.save_mode(saveMode)
            self._mode = saveMode
        return self

    def partitionBy(self, *cols):
        self._keys = _all(cols)
        return self

    def bucketBy(self, numBuckets, col, *cols):
        raise refused('write.bucketBy()')

    def sortBy(self, col, *cols):
        raise refused('write.sortBy()')

    def insertInto(self, tableName, overwrite=None):
        """Rows into a table of the catalog, by the places of its columns."""
        if self._keys:
            raise AnalysisException("insertInto() can't be used together with partitionBy().")
        names, table = self._table(tableName)
        if table is None:
            raise AnalysisException(
                f'[TABLE_OR_VIEW_NOT_FOUND] The table or view `{tableName}` cannot be found.'
            )
        columns = [*table['columns'], *table['partitionKeys']]
        if len(columns) != len(self._frame.columns):
            raise AnalysisException(
                f'[INSERT_COLUMN_ARITY_MISMATCH] Cannot write to `{tableName}`: it has {len(columns)} columns, the data '
                f'has {len(self._frame.columns)}.'
            )
        for (name, kind), column in zip(self._frame.dtypes, columns):
            if not _storable(t.as_type(kind), t.as_type(column['type'])):
                raise AnalysisException(
                    f'[INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST] Cannot write incompatible data for the table '
                    f'`{tableName}`: Cannot safely cast `{name}` "{kind.upper()}" to "{column["type"].upper()}".'
                )
        renamed = self._frame.toDF(*(c['name'] for c in columns))
        frame = renamed.select(
            *(renamed[c['name']].cast(c['type']).alias(c['name']) for c in columns)
        )
        writer = DataFrameWriter(frame).format(table['format']).options(**self._options)
        writer._keys = [c['name'] for c in table['partitionKeys']]
        if overwrite is None:
            overwrite = self._mode.lower() == 'overwrite'
        writer._mode = 'overwrite' if overwrite else 'append'
        writer._frame._files = getattr(self._frame, '_files', None)
        writer._to_table(names, table, table['location'])

    def saveAsTable(self, name, format=None, mode=None, partitionBy=None, **options):
        """The data below a path, and the table that shows it."""
        self._given(format, mode, partitionBy, options)
        names, table = self._table(name)
        wanted = sinks.save_mode(self._mode)
        if table is not None and wanted == 'errorifexists':
            raise AnalysisException(
                f'[TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view `{"`.`".join(names)}` because it already '
                'exists.'
            )
        if table is not None and wanted == 'ignore':
            return
        location = (
            self._options.get('path')
            or (table or {}).get('location')
            or self._default_location(names)
        )
        self._to_table(names, table, location)

    def _table(self, name):
        given = split_name(name)
        names = given if len(given) > 1 else [self._frame._session.current_database, *given]
        try:
            call = self._frame._engine.channel.call
            return names, call('catalog.table', database=names[-2], table=names[-1])
        except ServiceException as error:
            if error.code != 'EntityNotFoundException':
                raise
            return names, None

    def _default_location(self, names):
        for database in self._frame._session.catalog.listDatabases():
            if database.name == names[-2].lower() and database.locationUri:
                return database.locationUri.rstrip('/') + '/' + names[-1].lower()
        raise AnalysisException(
            f"The database '{names[-2]}' has no location; give the table's by .option('path', 's3://…')."
        )

    def _to_table(self, names, table, location):
        frame, fmt = self._frame, self._form()
        mode = (
            'append'
            if self._mode.lower() in ('append', 'errorifexists', 'error', 'default', 'ignore')
            else self._mode
        )
        sink = self._sink(fmt, sinks.save_mode(mode, frame._session.conf.dynamic_overwrite))
        answer, body, keys = sinks.write(frame._engine, frame._plan, s3_path(location), sink)
        frame._engine.channel.call(
            'catalog.write',
            database=names[-2],
            table=names[-1],
            path=s3_path(location),
            format=fmt,
            columns=sinks.hive_columns(body),
            partitionKeys=sinks.hive_columns(keys),
            partitions=answer['partitions'],
            updateBehavior='UPDATE_IN_DATABASE',
            mode=sink.mode,
            compression=sink.compression,
        )

    def _given(self, format, mode, partitionBy, options):
        self.options(**options)
        if format is not None:
            self.format(format)
        if mode is not None:
            self.mode(mode)
        if partitionBy is not None:
            self.partitionBy(partitionBy)

    def _form(self):
        fmt = (self._format or 'parquet').lower()
        fmt = 'parquet' if fmt == 'glueparquet' else fmt
        if fmt not in _WRITER_OPTIONS:
            raise refused(f"writing the format '{fmt}'")
        check_options(fmt, self._options, _WRITER_OPTIONS[fmt])
        lowered = {name.lower(): value for name, value in self._options.items()}
        if (
            lowered.get('encoding', 'UTF-8').upper() not in ('UTF-8', 'UTF8')
            or 'linesep' in lowered
        ):
            raise refused(f'the options encoding and lineSep of the {fmt} format')
        return fmt

    def _sink(self, fmt, mode):
        options = {name.lower(): value for name, value in self._options.items()}
        return sinks.Sink(
            fmt, options, self._keys, getattr(self._frame, '_files', None), 'spark', mode
        )

    def save(self, path=None, format=None, mode=None, partitionBy=None, **options):
        self._given(format, mode, partitionBy, options)
        path = path or self._options.get('path')
        if not path:
            raise IllegalArgumentException("'path' is not specified")
        session = self._frame._session
        mode = sinks.save_mode(self._mode, session.conf.dynamic_overwrite and bool(self._keys))
        sinks.write(
            self._frame._engine, self._frame._plan, s3_path(path), self._sink(self._form(), mode)
        )

    def parquet(self, path, mode=None, partitionBy=None, compression=None):
        self.format('parquet').option('compression', compression).save(
            path, mode=mode, partitionBy=partitionBy
        )

    def json(self, path, mode=None, compression=None, **options):
        self.format('json').option('compression', compression).save(path, mode=mode, **options)

    def csv(self, path, mode=None, compression=None, **options):
        self.format('csv').option('compression', compression).save(path, mode=mode, **options)

    def text(self, path, compression=None, lineSep=None):
        if lineSep:
            raise refused('write.text() with lineSep')
        self.format('text').option('compression', compression).save(path)

    def orc(self, path, **options):
        raise refused("writing the format 'orc'")

    def jdbc(self, url, table, **options):
        raise refused('write.jdbc()')
