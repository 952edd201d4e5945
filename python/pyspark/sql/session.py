"""The entry to frames and SQL."""

import datetime
import threading

from headrace_job import channel
from headrace_job.expression.typed import Attribute
from headrace_job.frame.execution import Engine
from headrace_job.frame.from_python import rows_plan
from headrace_job.frame.plan import Plan, aliased
from headrace_job.lake.catalog import table_plan
from pyspark.conf import check
from pyspark.context import SparkContext
from pyspark.errors import AnalysisException, PySparkTypeError, PySparkValueError, refused
from pyspark.sql import types as t
from pyspark.sql.dataframe import DataFrame
from pyspark.version import __version__


class RuntimeConfig:
    """`spark.conf`."""

    def __init__(self, values=None):
        self._values = {
            'spark.sql.session.timeZone': 'UTC',
            'spark.sql.shuffle.partitions': '200',
            'spark.sql.sources.partitionOverwriteMode': 'STATIC',
            **(values or {}),
        }

    def set(self, key, value):
        check(key, value)
        self._values[key] = str(value).lower() if isinstance(value, bool) else str(value)

    def get(self, key, default=AnalysisException):
        found = next((v for k, v in self._values.items() if k.lower() == key.lower()), default)
        if found is AnalysisException:
            raise AnalysisException(f'[SQL_CONF_NOT_FOUND] The SQL config "{key}" cannot be found.')
        return found

    def unset(self, key):
        self._values.pop(key, None)

    def isModifiable(self, key):
        return key.lower().startswith('spark.sql.')

    @property
    def dynamic_overwrite(self):
        return self.get('spark.sql.sources.partitionOverwriteMode').lower() == 'dynamic'


class _Builder:
    def __init__(self):
        self._options = {}

    def config(self, key=None, value=None, conf=None, *, map=None):
        pairs = [(key, value)] if key is not None else []
        pairs += list((map or {}).items()) + (conf.getAll() if conf else [])
        for name, given in pairs:
            check(name, given)
            self._options[name] = str(given).lower() if isinstance(given, bool) else str(given)
        return self

    def appName(self, name):
        return self.config('spark.app.name', name)

    def master(self, master):
        return self

    def remote(self, url):
        raise refused('Spark Connect')

    def enableHiveSupport(self):
        return self

    def getOrCreate(self):
        session = SparkSession._active or SparkSession(SparkContext.getOrCreate())
        for name, value in self._options.items():
            session.conf.set(name, value)
        return session

    create = getOrCreate


class _NewBuilder:
    """`SparkSession.builder` begins anew each time."""

    def __get__(self, instance, owner):
        return _Builder()


class SparkSession:
    """Frames of one run share one SQL session with the server, whoever makes them."""

    builder = _NewBuilder()
    _active = None
    _shared_engine = None
    _making = threading.Lock()
    version = __version__

    def __init__(self, sparkContext=None, jsparkSession=None, options=None):
        from pyspark.sql.catalog import Catalog
        from pyspark.sql.udf import UDFRegistration

        self.sparkContext = sparkContext or SparkContext.getOrCreate()
        self.conf = RuntimeConfig(dict(self.sparkContext.getConf().getAll()))
        self.udf = UDFRegistration(self)
        self.catalog = Catalog(self)
        self.current_database = 'default'
        self._views = {}
        self._functions = {}
        self._outer_scope = None
        if SparkSession._active is None:
            SparkSession._active = self

    @property
    def _engine(self):
        now = channel.current()
        with SparkSession._making:
            engine = SparkSession._shared_engine
            if engine is None or engine.channel is not now:
                SparkSession._shared_engine = engine = Engine(now)
            return engine

    @classmethod
    def getActiveSession(cls):
        return cls._active

    @classmethod
    def active(cls):
        if cls._active is None:
            raise PySparkValueError(
                '[NO_ACTIVE_OR_DEFAULT_SESSION] No active or default Spark session found.'
            )
        return cls._active

    @property
    def read(self):
        from pyspark.sql.readwriter import DataFrameReader

        return DataFrameReader(self)

    @property
    def readStream(self):
        raise refused('SparkSession.readStream')

    @property
    def streams(self):
        raise refused('SparkSession.streams')

    @property
    def _jvm(self):
        raise refused('the JVM behind the session (spark._jvm)')

    _jsparkSession = _jsc = _jvm

    def newSession(self):
        return SparkSession(self.sparkContext)

    def stop(self):
        SparkSession._active = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stop()

    def sql(self, sqlQuery, args=None, **kwargs):
        from headrace_job.parse.statements import run

        if args or kwargs:
            raise refused('spark.sql() with arguments')
        return DataFrame(run(self, sqlQuery), self)

    def table(self, tableName):
        from pyspark.sql.column import split_name

        names = split_name(tableName)
        return DataFrame(aliased(self._table_plan(names), names[-1]), self)

    def _table_plan(self, names):
        """A temporary view, or a table of the catalog."""
        if len(names) == 1 and names[0].lower() in self._views:
            return self._views[names[0].lower()]
        if (
            len(names) == 2
            and names[0].lower() == 'global_temp'
            and names[1].lower() in self._views
        ):
            return self._views[names[1].lower()]
        database = names[-2] if len(names) > 1 else self.current_database
        try:
            return table_plan(self._engine, database, names[-1])[0]
        except channel.ServiceException as error:
            if error.code != 'EntityNotFoundException':
                raise
            listed = '`.`'.join(names)
            raise AnalysisException(
                f'[TABLE_OR_VIEW_NOT_FOUND] The table or view `{listed}` cannot be found. Verify the spelling and '
                'correctness of the schema and catalog.'
            ) from error

    def range(self, start, end=None, step=1, numPartitions=None):
        start, end = (0, start) if end is None else (start, end)
        number = Attribute('id', t.LongType(), False)
        return DataFrame(
            Plan(
                [number],
                f'SELECT range AS {number.sql} FROM range({int(start)}, {int(end)}, {int(step)})',
                cheap=True,
            ),
            self,
        )

    def createDataFrame(self, data, schema=None, samplingRatio=None, verifySchema=True):
        """A frame of rows (tuples, dicts, Rows, or values of one type), or of a pandas frame."""
        if type(data).__module__.startswith('pandas.'):
            names = [str(c) for c in data.columns]
            schema = schema if schema is not None else names
            data = [
                tuple(_from_pandas(v) for v in row)
                for row in data.itertuples(index=False, name=None)
            ]
        rows = list(data)
        if isinstance(schema, str):
            schema = t.as_schema(schema)
        elif isinstance(schema, t.DataType) and not isinstance(schema, t.StructType):
            schema = t.StructType([t.StructField('value', schema)])
        if isinstance(schema, t.StructType):
            single = [f.name for f in schema] == ['value']
            return DataFrame(
                rows_plan(
                    self._engine, schema, (_cells(row, schema.names, single) for row in rows)
                ),
                self,
            )
        inferred = _inferred(rows, schema)
        return DataFrame(
            rows_plan(
                self._engine, inferred, (_cells(row, _keys(row, inferred), False) for row in rows)
            ),
            self,
        )


def _from_pandas(value):
    if value is None or value != value:
        return None
    if hasattr(value, 'to_pydatetime'):
        return value.to_pydatetime()
    return value.item() if hasattr(value, 'item') else value


def _keys(row, schema):
    return row.keys() if isinstance(row, dict) and set(row) - set(schema.names) else schema.names


def _cells(row, names, single):
    """The row's values in the order of the columns."""
    if isinstance(row, t.Row) and hasattr(row, '__fields__'):
        if set(names) <= set(row.__fields__):
            return [row[name] for name in names]
        return list(row)
    if isinstance(row, dict):
        return [row.get(name) for name in names]
    if isinstance(row, (tuple, list)):
        if len(row) != len(names):
            raise PySparkValueError(
                f'[LENGTH_SHOULD_BE_THE_SAME] Length of object ({len(row)}) does not match with length of fields '
                f'({len(names)}).'
            )
        return list(row)
    if single or len(names) == 1:
        return [row]
    if hasattr(row, '__dict__'):
        return [getattr(row, name, None) for name in names]
    raise PySparkTypeError(
        f'[CANNOT_INFER_SCHEMA_FOR_TYPE] Can not infer schema for type: `{type(row).__name__}`.'
    )


def _inferred(rows, names):
    """The schema of rows without one; `names` may give the columns' names."""
    if not rows:
        raise PySparkValueError(
            '[CANNOT_INFER_EMPTY_SCHEMA] Can not infer schema from empty dataset.'
        )
    merged = t.NullType()
    for row in rows:
        merged = t.merge_types(merged, _row_type(row))
    if names is not None:
        for place, name in enumerate(names):
            if place < len(merged.fields):
                merged.fields[place].name = name
    for field in merged:
        if isinstance(field.dataType, t.NullType):
            raise PySparkValueError(
                '[CANNOT_DETERMINE_TYPE] Some of types cannot be determined after inferring.'
            )
    return merged


def _row_type(row):
    if isinstance(row, dict):
        return t.StructType([t.StructField(str(k), t.infer_type(row[k])) for k in sorted(row)])
    if isinstance(row, (tuple, list)):
        return t.infer_type(
            row if isinstance(row, t.Row) and hasattr(row, '__fields__') else tuple(row)
        )
    if isinstance(row, (str, int, float, bytes, bool, datetime.date)) or row is None:
        raise PySparkTypeError(
            f'[CANNOT_INFER_SCHEMA_FOR_TYPE] Can not infer schema for type: `{type(row).__name__}`.'
        )
    return t.StructType([t.StructField(k, t.infer_type(v)) for k, v in sorted(vars(row).items())])


class SQLContext:
    """Spark 1's entry, which old scripts use."""

    def __init__(self, sparkContext, sparkSession=None, jsqlContext=None):
        self._sc = sparkContext
        self.sparkSession = sparkSession or SparkSession.builder.getOrCreate()

    @classmethod
    def getOrCreate(cls, sc):
        return cls(sc)

    def __getattr__(self, name):
        if name in ('sql', 'table', 'read', 'range', 'createDataFrame', 'udf', 'catalog'):
            return getattr(self.sparkSession, name)
        if name in ('cacheTable', 'uncacheTable', 'clearCache'):
            return getattr(self.sparkSession.catalog, name)
        if name.startswith('__'):
            raise AttributeError(name)
        raise refused(f'SQLContext.{name}')

    def registerDataFrameAsTable(self, df, tableName):
        df.createOrReplaceTempView(tableName)

    def setConf(self, key, value):
        self.sparkSession.conf.set(key, value)

    def getConf(self, key, defaultValue=AnalysisException):
        return self.sparkSession.conf.get(key, defaultValue)


HiveContext = SQLContext
