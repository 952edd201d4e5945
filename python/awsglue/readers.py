"""Sources of DynamicFrames: the catalog, and paths with a format."""

import json

from headrace_job.expression.typed import Typed, quote_name, quote_text
from headrace_job.frame import combine
from headrace_job.lake import catalog, readers, sources
from pyspark.errors import IllegalArgumentException, refused
from pyspark.sql import types as t
from pyspark.sql.dataframe import DataFrame

from awsglue import choices as ch
from awsglue.dynamicframe import DynamicFrame

# Options that steer only how Glue splits its work.
_TUNING = {
    'groupfiles',
    'groupsize',
    'uses3listimplementation',
    'maxfilesinband',
    'maxband',
    'isfailfast',
    'optimizeperformance',
    'useglueparquetwriter',
    'blocksize',
    'pagesize',
    'mergeschema',
    'strict',
}
_FORMAT_OPTIONS = {
    'json': {'jsonpath', 'multiline', 'encoding'},
    'csv': {
        'separator',
        'escaper',
        'quotechar',
        'multiline',
        'withheader',
        'writeheader',
        'skipfirst',
        'encoding',
    },
    'parquet': {'compression'},
}


def _truth(value):
    return str(value).lower() == 'true'


def check(options, known, what):
    for name in options:
        if name.lower() not in known and name.lower() not in _TUNING:
            raise refused(f"the option '{name}' of {what}")


def from_catalog(
    context,
    database,
    table_name,
    transformation_ctx='',
    push_down_predicate='',
    additional_options=None,
):
    options = dict(additional_options or {})
    check(options, {'catalogpartitionpredicate', 'recurse'}, 'from_catalog()')
    plan, source = catalog.table_plan(
        context._engine,
        database,
        table_name,
        push_down_predicate or None,
        options.get('catalogPartitionPredicate'),
        transformation_ctx or None,
    )
    frame = DynamicFrame(DataFrame(plan, context.spark_session), context, transformation_ctx)
    frame._errors = _errors_of(context._engine, sources.clusters(source, {}))
    return frame


def _errors_of(engine, clusters):
    found = [files for fmt, _, files in clusters if fmt == 'json']
    return lambda: sum(
        readers.broken_lines(engine, files)
        for files in found
        if readers.json_layout(engine, files) == 'broken'
    )


def from_options(
    context, connection_type, connection_options, format, format_options, transformation_ctx=''
):
    if connection_type not in ('s3', 'file'):
        raise refused(f"reading from the connection type '{connection_type}'")
    options = {name.lower(): value for name, value in (connection_options or {}).items()}
    check(
        connection_options or {},
        {'paths', 'path', 'recurse', 'exclusions', 'compressiontype'},
        'from_options()',
    )
    paths = options.get('paths', options.get('path'))
    if not paths:
        raise IllegalArgumentException('connection_options needs paths')
    if options.get('compressiontype') not in (None, '', 'gzip'):
        raise refused(f"the compressionType '{options['compressiontype']}'")
    fmt = {'glueparquet': 'parquet'}.get((format or '').lower(), (format or '').lower())
    if fmt not in _FORMAT_OPTIONS:
        raise refused(f"reading the format '{format}'")
    given = {name: value for name, value in (format_options or {}).items()}
    check(given, _FORMAT_OPTIONS[fmt], f'the {fmt} format')
    if str(given.get('encoding', 'UTF-8')).upper() not in ('UTF-8', 'UTF8'):
        raise refused(f"the encoding '{given['encoding']}'")
    fields = {
        'paths': sources.s3_paths(paths),
        'recurse': _truth(options.get('recurse', True)),
        'format': fmt,
    }
    exclusions = options.get('exclusions')
    if exclusions:
        fields['exclusions'] = (
            json.loads(exclusions) if isinstance(exclusions, str) else list(exclusions)
        )
    if transformation_ctx:
        fields['context'] = transformation_ctx
    source = context._engine.channel.call('source.paths', **fields)
    return _frame(context, {**source, 'format': fmt}, fmt, given, transformation_ctx)


def _frame(context, source, fmt, options, name):
    engine = context._engine
    read_one = {'json': _json, 'csv': _csv, 'parquet': _parquet}[fmt]
    plans, choices = [], set()
    errors = []
    for _, _, files in sources.clusters(source, options):
        kinds = [t.StringType() for _ in files.partition_keys]
        plan, own, broken = read_one(engine, files, kinds, options)
        plans.append(plan)
        choices |= own
        errors.append(broken)
    plan = plans[0] if plans else readers.plan_of('SELECT 1 AS none WHERE false', [])
    for other in plans[1:]:
        plan = combine.union_by_name(plan, other, True)
    frame = DynamicFrame(DataFrame(plan, context.spark_session), context, name)
    frame._choices = frozenset(choices)
    frame._errors = lambda: sum(count() for count in errors)
    return frame


def _none():
    return 0


def _parquet(engine, files, kinds, options):
    return readers.parquet(engine, files, None, kinds), set(), _none


def _json(engine, files, kinds, options):
    lowered = {name.lower(): value for name, value in options.items()}
    path = lowered.get('jsonpath')
    if path not in (None, '', '$', '$[*]', '$.*'):
        raise refused(f"the jsonPath '{path}'")
    multi_line = _truth(lowered.get('multiline', False)) or path == '$[*]'
    layout = readers.json_layout(engine, files, multi_line)
    if layout == 'broken':
        plan = readers.json_with_corrupt(engine, files, kinds, 'DROPMALFORMED')
        return plan, set(), lambda: readers.broken_lines(engine, files)
    plan, mixed = readers.json_inferred(engine, files, kinds, False, layout)
    if not mixed:
        return plan, set(), _none
    return (*_with_choices(engine, files, kinds, layout, plan, mixed), _none)


def _with_choices(engine, files, kinds, layout, plan, mixed):
    """The plan with its fields of mixed values as choices."""
    keys = {key['name'].lower() for key in files.partition_keys}
    arguments = readers._json_arguments(files, layout)
    found, choices = [], set()
    columns = ', '.join(
        f'{quote_text(a.name)}: {quote_text("JSON" if a.name in mixed else readers._json_storage(a.type))}'
        for a in plan.attributes
        if a.name.lower() not in keys
    )
    arguments['columns'] = f'{{{columns}}}'
    relation = files.read('read_json', arguments)
    for attribute in plan.attributes:
        if attribute.name.lower() in keys:
            continue
        if attribute.name in mixed:
            kind, sql, is_choice = ch.mixed_json(engine, relation, attribute.name)
            if is_choice:
                choices.add(attribute.name)
        else:
            kind = attribute.type
            sql = readers.cast(Typed(quote_name(attribute.name), readers._stored(kind)), kind).sql
        found.append((attribute.name, kind, sql))
    return readers.plan_of(relation, found + readers.partition_columns(files, kinds)), choices


def _csv(engine, files, kinds, options):
    quote = str(options.get('quoteChar', '"'))
    quote = '' if quote == '-1' else quote
    header = _truth(options.get('withHeader', False))
    names = readers.csv_names(
        engine, files, options.get('separator', ','), quote, quote, header, 'col'
    )
    if not names:
        return readers.plan_of('SELECT 1 AS none WHERE false', []), set(), _none
    relation = files.read('read_csv', catalog.glue_csv_arguments(files, names))
    columns = [(name, t.StringType(), quote_name(name)) for name in names]
    return (
        readers.plan_of(relation, columns + readers.partition_columns(files, kinds)),
        set(),
        _none,
    )
