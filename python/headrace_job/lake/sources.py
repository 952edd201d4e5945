"""Objects in S3 as plans: what `source.paths` and `source.catalog` answer, read by the session."""

import urllib.parse

from headrace_job.expression.typed import quote_name, quote_text
from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t


class Files:
    """Files of one format, options and compression, with the partition values of each."""

    def __init__(self, groups, partition_keys, options):
        self.groups = groups
        self.partition_keys = partition_keys
        self.options = options
        self.compression = groups[0].get('compression') or 'none'

    @property
    def paths(self):
        return [path for group in self.groups for path in group['files']]

    def read(self, function, arguments, columns=None):
        """SQL of a SELECT over a reader function: its columns and the partition keys (as text).
        `columns` is the select list for the reader's own columns."""
        listed = '[' + ', '.join(quote_text(path) for path in self.paths) + ']'
        given = ''.join(f', {name}={value}' for name, value in arguments.items())
        own = columns or '*'
        names = [key['name'] for key in self.partition_keys]
        if not names:
            hive = ', hive_partitioning=false' if function != 'read_text' else ''
            return f'SELECT {own} FROM {function}({listed}{given}{hive})'
        values = {tuple(group['values']) for group in self.groups}
        if len(values) == 1:
            parts = _constants(names, next(iter(values)))
            return (
                f'SELECT {own}, {parts} FROM {function}({listed}{given}, hive_partitioning=false)'
            )
        if all(_by_folders(group, names) for group in self.groups):
            kinds = ', '.join(f'{quote_text(name)}: VARCHAR' for name in names)
            given += f', hive_partitioning=true, hive_types={{{kinds}}}'
            shown = ', '.join(quote_name(name) for name in names)
            hidden = f'{own} EXCLUDE ({shown})' if own == '*' else own
            return f'SELECT {hidden}, {shown} FROM {function}({listed}{given})'
        return self._by_file(function, listed, given, own, names)

    def _by_file(self, function, listed, given, own, names):
        """Folders that do not tell the values: each file's are joined by its name."""
        lines = ', '.join(
            f'({quote_text(path)}, {", ".join(_value(v) for v in group["values"])})'
            for group in self.groups
            for path in group['files']
        )
        columns = ', '.join(quote_name(name) for name in names)
        own = 'f.* EXCLUDE (filename)' if own == '*' else own
        shown = ', '.join(f'p.{quote_name(name)}' for name in names)
        return (
            f'SELECT {own}, {shown} FROM {function}({listed}{given}, hive_partitioning=false, filename=true) f '
            f'JOIN (VALUES {lines}) p("headrace file", {columns}) ON f.filename = p."headrace file"'
        )


def _constants(names, values):
    return ', '.join(f'{_value(v)} AS {quote_name(name)}' for name, v in zip(names, values))


def _value(value):
    return 'CAST(NULL AS VARCHAR)' if value is None else quote_text(value)


def _by_folders(group, names):
    """Whether `key=value` folders of every file say the group's values."""
    for path in group['files']:
        found = {}
        for part in path.split('/')[:-1]:
            key, sign, value = part.partition('=')
            if sign:
                found[key.lower()] = urllib.parse.unquote(value)
        for name, value in zip(names, group['values']):
            if found.get(name.lower()) != (
                '__HIVE_DEFAULT_PARTITION__' if value is None else value
            ):
                return False
    return True


def clusters(source, options):
    """The source's groups put together by format, options, columns and compression."""
    found = {}
    for group in source['groups']:
        if not group['files']:
            continue
        group = {**group, 'values': [_known(value) for value in group['values']]}
        fmt = group.get('format') or source.get('format')
        own = {
            **(source.get('formatOptions') or {}),
            **(group.get('formatOptions') or {}),
            **options,
        }
        columns = group.get('columns') or source.get('columns')
        key = repr((fmt, sorted(own.items(), key=str), columns, group.get('compression')))
        found.setdefault(key, (fmt, own, columns, []))[3].append(group)
    keys = source.get('partitionKeys') or []
    return [
        (fmt, columns, Files(groups, keys, own)) for fmt, own, columns, groups in found.values()
    ]


def _known(value):
    """A partition value; the folder that Hive gives to rows without one stands for NULL."""
    return None if value == '__HIVE_DEFAULT_PARTITION__' else value


def s3_paths(paths):
    """The paths as `s3://…`; AnalysisException for those of another kind."""
    given = [paths] if isinstance(paths, str) else list(paths)
    return [s3_path(path) for path in given]


def s3_path(path):
    for scheme in ('s3://', 's3a://', 's3n://'):
        if path.startswith(scheme):
            return 's3://' + path[len(scheme) :]
    raise refused(f"the path '{path}': a job reads and writes s3:// paths; another path")


def partition_types(source):
    """Spark's types for partition values found by folder names: int, long, double, date, timestamp, string."""
    kinds = []
    for place, _ in enumerate(source.get('partitionKeys') or []):
        values = [
            v
            for v in (_known(group['values'][place]) for group in source['groups'])
            if v is not None
        ]
        kinds.append(_narrowest(values))
    return kinds


def _narrowest(values):
    import datetime
    import re

    if not values:
        return t.StringType()
    if all(re.fullmatch(r'[+-]?\d{1,18}', v) for v in values):
        return t.IntegerType() if all(-(2**31) <= int(v) < 2**31 for v in values) else t.LongType()
    if all(re.fullmatch(r'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?', v) for v in values):
        return t.DoubleType()
    for kind, length, parse in (
        (t.DateType(), 10, datetime.date.fromisoformat),
        (t.TimestampType(), 19, lambda v: datetime.datetime.strptime(v, '%Y-%m-%d %H:%M:%S')),
    ):
        try:
            for v in values:
                if len(v) != length:
                    raise ValueError(v)
                parse(v)
            return kind
        except ValueError:
            continue
    return t.StringType()


def check_options(fmt, options, known):
    """Refuses by name the options that would be without effect."""
    for name in options:
        if name.lower() not in known:
            raise refused(f"the option '{name}' of the {fmt} format")


def missing_path(paths):
    return AnalysisException(f'[PATH_NOT_FOUND] Path does not exist: {", ".join(paths)}.')
