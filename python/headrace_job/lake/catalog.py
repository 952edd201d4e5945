"""Tables of the Glue catalog as plans."""

from headrace_job.expression.typed import Attribute, quote_text
from headrace_job.expression.duck_types import duck_type
from headrace_job.frame import combine
from headrace_job.frame.plan import Plan
from headrace_job.parse.type_names import parse_type
from pyspark.sql import types as t

from . import readers, sources


def schema_of(columns):
    return t.StructType([t.StructField(c['name'], parse_type(c['type'])) for c in columns])


def table_plan(
    engine, database, table, predicate=None, partition_predicate=None, context=None, options=None
):
    """The table's rows with the catalog's columns; answers the plan and the source."""
    fields = {'database': database, 'table': table}
    if predicate:
        fields['predicate'] = predicate
    if partition_predicate:
        fields['catalogPartitionPredicate'] = partition_predicate
    if context:
        fields['context'] = context
    source = engine.channel.call('source.catalog', **fields)
    keys = source.get('partitionKeys') or []
    kinds = [parse_type(key['type']) for key in keys]
    whole = schema_of(source['columns'])
    plans = []
    for fmt, columns, files in sources.clusters(source, options or {}):
        plans.append(_read(engine, fmt, files, schema_of(columns), kinds))
    if not plans:
        return _empty(
            [*whole.fields, *(t.StructField(k['name'], kind) for k, kind in zip(keys, kinds))]
        ), source
    wanted = t.StructType(
        [*whole.fields, *(t.StructField(k['name'], kind) for k, kind in zip(keys, kinds))]
    )
    plan = plans[0]
    for other in plans[1:]:
        plan = combine.union_by_name(plan, other, True)
    if [(a.name, a.type) for a in plan.attributes] != [(f.name, f.dataType) for f in wanted]:
        found = [(a.name, a.type, a.sql) for a in plan.attributes]
        columns = readers.fitted(found, wanted)
        attributes = [Attribute(name, kind) for name, kind, _ in columns]
        taken = ', '.join(f'{sql} AS {a.sql}' for a, (_, _, sql) in zip(attributes, columns))
        plan = Plan(attributes, f'SELECT {taken} FROM {plan.name}', [plan], True)
    return plan, source


def _empty(fields):
    attributes = [Attribute(f.name, f.dataType) for f in fields]
    nulls = (
        ', '.join(f'CAST(NULL AS {duck_type(a.type)}) AS {a.sql}' for a in attributes) or '1 AS c0'
    )
    return Plan(attributes, f'SELECT {nulls} WHERE false', cheap=True)


def _read(engine, fmt, files, schema, kinds):
    fmt = (fmt or '').lower()
    if fmt in ('parquet', 'glueparquet'):
        return readers.parquet(engine, files, schema, kinds)
    if fmt == 'json':
        return _json(engine, files, schema, kinds)
    if fmt == 'csv':
        return _csv(files, schema, kinds)
    raise readers.unknown_format(fmt)


def _json(engine, files, schema, kinds):
    if files.options.get('jsonPath') not in (None, '', '$', '$[*]'):
        raise readers.refused(f"the jsonPath '{files.options['jsonPath']}'")
    layout = readers.json_layout(engine, files)
    return readers.json_lenient(engine, files, schema, kinds, layout, files.options.get('mapping'))


def _csv(files, schema, kinds):
    plan_columns = [f.name for f in schema]
    relation = files.read('read_csv', glue_csv_arguments(files, plan_columns))
    columns = [(name, t.StringType(), readers.quote_name(name)) for name in plan_columns]
    fitted = []
    for field, (name, kind, sql) in zip(schema, columns):
        value = sql if isinstance(field.dataType, t.StringType) else f"nullif({sql}, '')"
        fitted.append((name, kind, value))
    return readers.plan_of(
        relation, readers.fitted(fitted, schema) + readers.partition_columns(files, kinds)
    )


def glue_csv_arguments(files, names):
    """Arguments of read_csv from options named as in Glue's `format_options`."""
    options = files.options
    quote = options.get('quoteChar', '"')
    quote = '' if str(quote) == '-1' else quote
    header = str(options.get('withHeader', 'false')).lower() == 'true'
    skip = 1 if str(options.get('skipFirst', 'false')).lower() == 'true' and not header else 0
    escape = options.get('escaper') or (quote or '')
    arguments = readers.csv_arguments(
        files, options.get('separator', ','), quote, escape, header, names, skip
    )
    arguments['nullstr'] = quote_text('\\N')
    return arguments
