"""Frames to objects: the session writes files below `work`, the server publishes them."""

import os
import shutil

from headrace_job.expression.casts import plain_text
from headrace_job.expression.json_rules import object_sql
from headrace_job.expression.typed import fresh_id, quote_name, quote_text
from headrace_job.frame.execution import quoted
from pyspark.errors import AnalysisException, IllegalArgumentException, refused
from pyspark.sql import types as t

_COMPRESSIONS = {
    'parquet': {
        'snappy': 'snappy',
        'gzip': 'gzip',
        'zstd': 'zstd',
        'none': 'uncompressed',
        'uncompressed': 'uncompressed',
    },
    'json': {'none': 'none', 'uncompressed': 'none', 'gzip': 'gzip', 'zstd': 'zstd'},
    'csv': {'none': 'none', 'uncompressed': 'none', 'gzip': 'gzip', 'zstd': 'zstd'},
    'text': {'none': 'none', 'uncompressed': 'none', 'gzip': 'gzip', 'zstd': 'zstd'},
}


class Sink:
    """How to write: format, its options, partition keys, how many files, whose file names."""

    def __init__(self, fmt, options=None, keys=(), files=None, style='spark', mode=None):
        self.format = fmt
        self.options = options or {}
        self.keys = list(keys)
        self.files = files
        self.style = style
        self.mode = mode
        wanted = str(
            self.options.get('compression', 'snappy' if fmt == 'parquet' else 'none')
        ).lower()
        if wanted not in _COMPRESSIONS[fmt]:
            raise refused(f"the compression '{wanted}' of the {fmt} format")
        self.compression = wanted if wanted != 'uncompressed' else 'none'
        self.duck_compression = _COMPRESSIONS[fmt][wanted]


def write(engine, plan, path, sink):
    """Writes and publishes; answers what `publish` answered and the attributes that are in the files."""
    keys = _keys(plan, sink)
    body = [a for a in plan.attributes if a not in keys]
    _check(plan, body, sink)
    directory = engine.scratch()
    os.makedirs(directory)
    _copy(engine, plan, body, keys, directory, sink)
    fields = {'mode': sink.mode} if sink.mode else {}
    answer = engine.channel.call(
        'publish',
        directory=directory,
        path=path,
        format=sink.format,
        compression=sink.compression,
        style=sink.style,
        partitionKeys=[a.name for a in keys],
        **fields,
    )
    shutil.rmtree(directory, ignore_errors=True)
    return answer, body, keys


def _keys(plan, sink):
    found = []
    for name in sink.keys:
        match = [a for a in plan.attributes if a.name.lower() == name.lower()]
        if not match:
            listed = ', '.join(f'`{a.name}`' for a in plan.attributes)
            raise AnalysisException(f'Partition column `{name}` not found in schema [{listed}].')
        found.append(match[0])
    return found


def _check(plan, body, sink):
    seen = set()
    for a in plan.attributes:
        if a.name.lower() in seen:
            raise AnalysisException(
                f'[COLUMN_ALREADY_EXISTS] The column `{a.name.lower()}` already exists. Consider to choose another '
                'name or rename the existing column.'
            )
        seen.add(a.name.lower())
    if not body and sink.keys:
        raise AnalysisException(
            '[ALL_PARTITION_COLUMNS_NOT_ALLOWED] Cannot use all columns for partition columns.'
        )
    for a in plan.attributes:
        nested = isinstance(a.type, (t.ArrayType, t.MapType, t.StructType))
        wrong = isinstance(a.type, t.DayTimeIntervalType) or (
            isinstance(a.type, t.NullType) and sink.format == 'parquet'
        )
        if wrong or (sink.format == 'csv' and nested):
            raise AnalysisException(
                f"[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE] The {sink.format.upper()} datasource doesn't support the "
                f'column `{a.name}` of the type "{a.type.simpleString().upper()}".'
            )


def _copy(engine, plan, body, keys, directory, sink):
    names = [(a, quote_name(a.name)) for a in keys]
    partition = [f'{_key_sql(a)} AS {name}' for a, name in names]
    select = _content(body, sink) + partition
    folders = [name for _, name in names]
    if sink.files and sink.files > 1:
        bucket = f'headrace_file_{fresh_id()}'
        select.append(f'(row_number() OVER () - 1) % {sink.files} AS {bucket}')
        folders.append(bucket)
    options = _options(body, sink)
    target = directory
    if folders:
        options.append(f'PARTITION_BY ({", ".join(folders)})')
        options.append('WRITE_PARTITION_COLUMNS false')
        options.append('OVERWRITE_OR_IGNORE')
    else:
        target = os.path.join(directory, 'part')
    engine.run(
        plan,
        lambda query: (
            f"COPY (SELECT {', '.join(select)} FROM ({query})) TO '{quoted(target)}' ({', '.join(options)})"
        ),
    )
    if sink.files and sink.files > 1:
        _flatten(directory)


def _flatten(directory):
    """Takes the folders of the files' numbers away: `…/headrace_file_7=3/data_0` to `…/part-3-0`."""
    for folder, _, files in list(os.walk(directory, topdown=False)):
        name = os.path.basename(folder)
        if not name.startswith('headrace_file_'):
            continue
        number = int(name.split('=')[1])
        for place, file in enumerate(sorted(files)):
            os.rename(
                os.path.join(folder, file),
                os.path.join(os.path.dirname(folder), f'part-{number:05d}-{place:03d}'),
            )
        os.rmdir(folder)


def _key_sql(attribute):
    text = plain_text(attribute.sql, attribute.type)
    return f"nullif({text}, '')"


def _content(body, sink):
    if sink.format == 'json':
        row = object_sql([(a.name, a.sql, a.type) for a in body])
        return [f'CAST({row} AS VARCHAR) AS line']
    if sink.format == 'text':
        if len(body) != 1 or not isinstance(body[0].type, t.StringType):
            raise AnalysisException('Text data source supports only a single column, of strings.')
        return [f'{body[0].sql} AS line']
    if sink.format == 'csv':
        return [f'{_csv_cell(a, sink)} AS {quote_name(a.name)}' for a in body]
    return [f'{a.sql} AS {quote_name(a.name)}' for a in body]


def _csv_cell(attribute, sink):
    if isinstance(attribute.type, t.TimestampType) and sink.style == 'spark':
        return f"strftime({attribute.sql}, '%Y-%m-%dT%H:%M:%S.%gZ')"
    return plain_text(attribute.sql, attribute.type)


def _options(body, sink):
    compression = f'COMPRESSION {sink.duck_compression}'
    if sink.format == 'parquet':
        return ['FORMAT parquet', compression]
    if sink.format in ('json', 'text'):
        return [
            'FORMAT csv',
            'HEADER false',
            "QUOTE ''",
            "ESCAPE ''",
            "DELIMITER E'\\x01'",
            "NULLSTR ''",
            compression,
        ]
    options = {name.lower(): value for name, value in sink.options.items()}
    quote = options.get('quote', options.get('quotechar', '"'))
    quote = '' if str(quote) in ('-1', '', '\x00') else quote
    header = (
        str(options.get('header', options.get('writeheader', sink.style == 'glue'))).lower()
        == 'true'
    )
    separator = options.get('sep', options.get('delimiter', options.get('separator', ',')))
    escape = options.get('escape', '\\' if sink.style == 'spark' else quote) if quote else ''
    made = [
        'FORMAT csv',
        f'HEADER {str(header).lower()}',
        f'DELIMITER {quote_text(separator)}',
        f'QUOTE {quote_text(quote)}',
        f'ESCAPE {quote_text(escape)}',
        f'NULLSTR {quote_text(options.get("nullvalue", ""))}',
        compression,
    ]
    if str(options.get('quoteall', 'false')).lower() == 'true' and quote:
        made.append('FORCE_QUOTE *')
    return made


def hive_columns(attributes):
    """Columns as `catalog.write` wants them."""
    return [{'name': a.name, 'type': a.type.simpleString()} for a in attributes]


def save_mode(mode, dynamic=False):
    """Spark's word for what to do with objects that are there already."""
    modes = {
        'append': 'append',
        'overwrite': 'overwrite-partitions' if dynamic else 'overwrite',
        'error': 'errorifexists',
        'errorifexists': 'errorifexists',
        'default': 'errorifexists',
        'ignore': 'ignore',
    }
    if mode.lower() not in modes:
        raise IllegalArgumentException(
            f"Unknown save mode: {mode}. Accepted save modes are 'overwrite', 'append', 'ignore', 'error', "
            "'errorifexists', 'default'."
        )
    return modes[mode.lower()]
