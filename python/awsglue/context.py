"""GlueContext: where a script's frames come from and go to.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import datetime
import json
import sys

from headrace_job.lake.sources import s3_path
from pyspark.context import SparkContext
from pyspark.errors import refused
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.session import SQLContext

from awsglue import readers, writers
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection


class _Logger:
    """Lines in the run's error log, as Glue's own logger writes them there."""

    def _write(self, level, message):
        now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S,%f')[:-3]
        print(f'{now} {level} GlueLogger: {message}', file=sys.stderr, flush=True)

    def info(self, message):
        self._write('INFO', message)

    def warn(self, message):
        self._write('WARN', message)

    def error(self, message):
        self._write('ERROR', message)

    def debug(self, message):
        """Below the level that a job logs at."""

    trace = debug


class DynamicFrameReader:
    def __init__(self, context):
        self._context = context

    def from_catalog(
        self,
        database=None,
        table_name=None,
        redshift_tmp_dir='',
        transformation_ctx='',
        push_down_predicate='',
        additional_options=None,
        catalog_id=None,
        name_space=None,
        **more,
    ):
        if more or redshift_tmp_dir or catalog_id:
            named = next(iter(more), 'redshift_tmp_dir' if redshift_tmp_dir else 'catalog_id')
            raise refused(f"from_catalog()'s argument '{named}'")
        database = database or name_space
        return readers.from_catalog(
            self._context,
            database,
            table_name,
            transformation_ctx,
            push_down_predicate,
            additional_options,
        )

    def from_options(
        self,
        connection_type,
        connection_options=None,
        format=None,
        format_options=None,
        transformation_ctx='',
        push_down_predicate='',
        **more,
    ):
        if more or push_down_predicate:
            raise refused(f"from_options()'s argument '{next(iter(more), 'push_down_predicate')}'")
        return readers.from_options(
            self._context,
            connection_type,
            connection_options or {},
            format,
            format_options or {},
            transformation_ctx,
        )

    def from_rdd(self, data, name, schema=None, sampleRatio=None):
        raise refused('create_dynamic_frame.from_rdd()')


class DynamicFrameWriter:
    def __init__(self, context):
        self._context = context

    def from_options(
        self,
        frame,
        connection_type,
        connection_options=None,
        format=None,
        format_options=None,
        transformation_ctx='',
        accumulator_size=0,
    ):
        for one in _frames(frame):
            writers.write_frame(
                one, connection_type, connection_options or {}, format, format_options or {}
            )
        return frame

    def from_catalog(
        self,
        frame,
        database=None,
        table_name=None,
        redshift_tmp_dir='',
        transformation_ctx='',
        additional_options=None,
        catalog_id=None,
        name_space=None,
    ):
        if redshift_tmp_dir or catalog_id:
            raise refused(
                "write_dynamic_frame.from_catalog()'s arguments redshift_tmp_dir and catalog_id"
            )
        for one in _frames(frame):
            writers.write_catalog(one, database or name_space, table_name, additional_options)
        return frame

    def from_jdbc_conf(
        self,
        frame,
        catalog_connection,
        connection_options=None,
        redshift_tmp_dir='',
        transformation_ctx='',
        catalog_id=None,
    ):
        raise refused('write_dynamic_frame.from_jdbc_conf()')


def _frames(frame):
    if isinstance(frame, DynamicFrameCollection):
        return list(frame.values())
    if not isinstance(frame, DynamicFrame):
        raise TypeError(
            'frame_or_dfc must be DynamicFrame orDynamicFrameCollection. Got ' + str(type(frame))
        )
    return [frame]


class _DataFrames:
    """`create_data_frame` and `write_data_frame`: the same by way of DynamicFrames."""

    def __init__(self, context):
        self._context = context

    def from_catalog(self, *arguments, **options):
        if 'frame' in options or (arguments and not isinstance(arguments[0], str)):
            frame = options.pop('frame', None) or arguments[0]
            rest = arguments[1:] if arguments and arguments[0] is frame else arguments
            return self._context.write_dynamic_frame.from_catalog(
                self._dynamic(frame), *rest, **options
            )
        return self._context.create_dynamic_frame.from_catalog(*arguments, **options).toDF()

    def from_options(self, *arguments, **options):
        if 'frame' in options:
            frame = options.pop('frame')
            return self._context.write_dynamic_frame.from_options(
                self._dynamic(frame), *arguments, **options
            )
        return self._context.create_dynamic_frame.from_options(*arguments, **options).toDF()

    def _dynamic(self, frame):
        return DynamicFrame.fromDF(frame, self._context, 'frame')


class GlueContext(SQLContext):
    def __init__(self, sparkContext=None, **options):
        context = sparkContext or SparkContext.getOrCreate()
        super().__init__(context, SparkSession.builder.getOrCreate())
        self.spark_session = self.sparkSession
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.create_data_frame = _DataFrames(self)
        self.write_data_frame = _DataFrames(self)

    @property
    def _engine(self):
        return self.spark_session._engine

    def create_dynamic_frame_from_catalog(self, *arguments, **options):
        return self.create_dynamic_frame.from_catalog(*arguments, **options)

    def create_dynamic_frame_from_options(self, *arguments, **options):
        return self.create_dynamic_frame.from_options(*arguments, **options)

    def create_dynamic_frame_from_rdd(self, *_arguments, **_options):
        raise refused('create_dynamic_frame_from_rdd()')

    def create_data_frame_from_catalog(self, *arguments, **options):
        return self.create_data_frame.from_catalog(*arguments, **options)

    def create_data_frame_from_options(self, *arguments, **options):
        return self.create_data_frame.from_options(*arguments, **options)

    def write_dynamic_frame_from_options(self, *arguments, **options):
        return self.write_dynamic_frame.from_options(*arguments, **options)

    def write_dynamic_frame_from_catalog(self, *arguments, **options):
        return self.write_dynamic_frame.from_catalog(*arguments, **options)

    def write_dynamic_frame_from_jdbc_conf(self, *arguments, **options):
        return self.write_dynamic_frame.from_jdbc_conf(*arguments, **options)

    def getSource(self, connection_type, transformation_ctx='', push_down_predicate='', **options):
        if push_down_predicate:
            raise refused('getSource() with push_down_predicate')
        return _Source(self, connection_type, transformation_ctx, options)

    def getSink(self, connection_type, format=None, transformation_ctx='', **options):
        return writers.DataSink(self, connection_type, format, options)

    def purge_s3_path(self, s3_path_, options=None, transformation_ctx='', catalog_id=None):
        return self._purge('purge', {'path': s3_path(s3_path_)}, options)

    def purge_table(
        self, database=None, table_name=None, options=None, transformation_ctx='', catalog_id=None
    ):
        return self._purge('purge.table', {'database': database, 'table': table_name}, options)

    def _purge(self, op, fields, options):
        given = dict(options or {})
        names = {
            'retentionPeriod': 'retentionHours',
            'excludeStorageClasses': 'excludeStorageClasses',
            'partitionPredicate': 'partitionPredicate',
        }
        for name, value in given.items():
            if name not in names:
                raise refused(f"the option '{name}' of {op}")
            fields[names[name]] = value
        self._engine.channel.call(op, **fields)

    def get_logger(self):
        return _Logger()

    def add_ingestion_time_columns(self, dataFrame, timeGranularity=''):
        """Columns `ingest_year` … down to the granularity (`day`, `hour`, `minute`)."""
        parts = ['year', 'month', 'day']
        wanted = timeGranularity.lower()
        if wanted in ('hour', 'minute'):
            parts.append('hour')
        if wanted == 'minute':
            parts.append('minute')
        elif wanted not in ('', 'day', 'hour'):
            raise refused(f"the granularity '{timeGranularity}'")
        now = datetime.datetime.now(datetime.timezone.utc)
        for part in parts:
            dataFrame = dataFrame.withColumn(f'ingest_{part}', F.lit(getattr(now, part)))
        return dataFrame

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        try:
            return super().__getattr__(name)
        except NotImplementedError:
            raise refused(f'GlueContext.{name}()') from None


class _Source:
    """`getSource(…)`: a reader whose format is set before its frame is asked for."""

    def __init__(self, context, connection_type, transformation_ctx, options):
        self._context = context
        self._connection_type = connection_type
        self._name = transformation_ctx
        self._options = options
        self._format, self._format_options = None, {}

    def setFormat(self, format, **options):
        self._format, self._format_options = format, options

    def getFrame(self, **options):
        given = dict(self._options)
        if isinstance(given.get('paths'), str) and given['paths'].startswith('['):
            given['paths'] = json.loads(given['paths'])
        return readers.from_options(
            self._context,
            self._connection_type,
            given,
            self._format,
            self._format_options,
            self._name,
        )
