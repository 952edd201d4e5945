"""`spark.read`: options in Spark's words, to plans."""

from headrace_job.expression.typed import quote_text
from headrace_job.frame import combine
from headrace_job.frame.plan import project
from pyspark.errors import AnalysisException, IllegalArgumentException, refused
from pyspark.sql import types as t

from . import readers, sources

_KNOWN = {
    'parquet': {'mergeschema', 'compression'},
    'json': {
        'multiline',
        'mode',
        'primitivesasstring',
        'encoding',
        'compression',
        'samplingratio',
        'columnnameofcorruptrecord',
    },
    'csv': {
        'header',
        'sep',
        'delimiter',
        'quote',
        'escape',
        'inferschema',
        'nullvalue',
        'emptyvalue',
        'mode',
        'multiline',
        'encoding',
        'charset',
        'ignoreleadingwhitespace',
        'ignoretrailingwhitespace',
        'samplingratio',
        'compression',
        'dateformat',
        'timestampformat',
        'enforceschema',
    },
    'text': {'wholetext', 'compression'},
}


def truth(value):
    return str(value).lower() == 'true'


def read(session, fmt, paths, options, schema):
    """The plan of `spark.read.format(fmt).load(paths)`."""
    fmt = fmt.lower().rsplit('.', 1)[-1]
    fmt = {'glueparquet': 'parquet', 'parquetfileformat': 'parquet'}.get(fmt, fmt)
    if fmt not in _KNOWN:
        raise readers.unknown_format(fmt)
    lowered = {name.lower(): value for name, value in options.items()}
    sources.check_options(fmt, options, _KNOWN[fmt] | {'mergeschema', 'recursivefilelookup'})
    _check_values(fmt, lowered)
    engine = session._engine
    given = sources.s3_paths(paths)
    source = engine.channel.call('source.paths', paths=given, format=fmt)
    found = sources.clusters({**source, 'format': fmt}, {})
    if not found:
        raise sources.missing_path(given)
    if truth(lowered.get('recursivefilelookup', 'false')):
        source['partitionKeys'] = []
        for _, _, files in found:
            files.partition_keys = []
    kinds = sources.partition_types(source)
    wanted, kinds = _without_partitions(schema, source, kinds)
    read_one = {'parquet': _parquet, 'json': _json, 'csv': _csv, 'text': _text}[fmt]
    plans = [read_one(engine, files, wanted, kinds, lowered) for _, _, files in found]
    return _together(plans, schema)


def _check_values(fmt, options):
    if options.get('encoding', options.get('charset', 'UTF-8')).upper() not in ('UTF-8', 'UTF8'):
        raise refused(f"the encoding '{options.get('encoding', options.get('charset'))}'")
    for name in (
        'ignoreleadingwhitespace',
        'ignoretrailingwhitespace',
        'wholetext',
        'primitivesasstring',
    ):
        if truth(options.get(name, 'false')) and fmt != 'csv':
            raise refused(f"the option '{name}' of the {fmt} format")
    for name in ('dateformat', 'timestampformat'):
        if name in options:
            raise refused(
                f"the option '{name}' of the {fmt} format (use to_date() or to_timestamp() with a pattern)"
            )
    mode = options.get('mode', 'PERMISSIVE').upper()
    if mode not in ('PERMISSIVE', 'DROPMALFORMED', 'FAILFAST'):
        raise IllegalArgumentException(f'Unknown mode: {mode}')
    if fmt == 'csv' and mode != 'PERMISSIVE':
        raise refused(f"the mode '{mode}' of the csv format")
    if (
        'columnnameofcorruptrecord' in options
        and options['columnnameofcorruptrecord'] != '_corrupt_record'
    ):
        raise refused("the option 'columnNameOfCorruptRecord'")


def _without_partitions(schema, source, kinds):
    """The schema's columns that are in the files; partition keys in it get its types."""
    if schema is None:
        return None, kinds
    keys = {
        key['name'].lower(): place for place, key in enumerate(source.get('partitionKeys') or [])
    }
    fields, kinds = [], list(kinds)
    for field in schema:
        if field.name.lower() in keys:
            kinds[keys[field.name.lower()]] = field.dataType
        else:
            fields.append(field)
    return t.StructType(fields), kinds


def _together(plans, schema):
    made = plans[0]
    for other in plans[1:]:
        made = combine.union_by_name(made, other, True)
    if schema is None:
        return made
    names = [f.name for f in schema]
    items = []
    for name in [
        *names,
        *(a.name for a in made.attributes if a.name.lower() not in {n.lower() for n in names}),
    ]:
        attribute = combine.find_column(made, name)
        items.append((attribute, attribute.sql))
    return project(made, items)


def _parquet(engine, files, schema, kinds, options):
    return readers.parquet(engine, files, schema, kinds)


def _json(engine, files, schema, kinds, options):
    multi_line = truth(options.get('multiline', 'false'))
    mode = options.get('mode', 'PERMISSIVE').upper()
    if schema is not None:
        corrupt = any(f.name == '_corrupt_record' for f in schema)
        if corrupt or mode != 'PERMISSIVE':
            raise refused(
                'a schema with _corrupt_record, or another mode than PERMISSIVE, for json with a schema'
            )
        if multi_line:
            return readers.json_typed(
                files, schema, kinds, readers.json_layout(engine, files, True)
            )
        return readers.json_typed(files, schema, kinds, 'newline_delimited', lenient=True)
    layout = readers.json_layout(engine, files, multi_line)
    if layout == 'broken':
        return readers.json_with_corrupt(engine, files, kinds, mode)
    return readers.json_inferred(engine, files, kinds, True, layout)[0]


def _csv(engine, files, schema, kinds, options):
    separator = options.get('sep', options.get('delimiter', ','))
    quote, escape = options.get('quote', '"') or '', options.get('escape', '\\')
    header = truth(options.get('header', 'false'))
    names = readers.csv_names(engine, files, separator, quote, escape, header, '_c')
    if schema is not None:
        names = [f.name for f in schema]
    if not names:
        return readers.plan_of('SELECT 1 AS none WHERE false', [])
    arguments = readers.csv_arguments(files, separator, quote, escape, header, names)
    arguments['nullstr'] = quote_text(options.get('nullvalue', ''))
    relation = files.read('read_csv', arguments)
    found = [t.StructField(name, t.StringType()) for name in names]
    if schema is not None:
        found = list(schema)
    elif truth(options.get('inferschema', 'false')):
        inferred = readers.csv_inferred(engine, relation, names, options.get('nullvalue', ''))
        found = [t.StructField(name, kind) for name, kind in zip(names, inferred)]
    columns = [
        (name, t.StringType(), _trimmed(readers.quote_name(name), options)) for name in names
    ]
    return readers.plan_of(
        relation,
        readers.fitted(columns, t.StructType(found)) + readers.partition_columns(files, kinds),
    )


def _trimmed(sql, options):
    if truth(options.get('ignoreleadingwhitespace', 'false')):
        sql = f'ltrim({sql})'
    return f'rtrim({sql})' if truth(options.get('ignoretrailingwhitespace', 'false')) else sql


def _text(engine, files, schema, kinds, options):
    if schema is not None and [f.name for f in schema] != ['value']:
        raise AnalysisException('Text data source supports only a single column.')
    return readers.text(engine, files, schema, kinds)
