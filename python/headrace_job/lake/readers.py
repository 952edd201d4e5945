"""One reader a format: files to a plan with the columns that the data (or a given schema) has."""

import json

from headrace_job.expression.casts import cast
from headrace_job.expression.duck_types import duck_type, spark_type
from headrace_job.expression.json_rules import structure
from headrace_job.expression.typed import Attribute, Typed, quote_name, quote_text
from headrace_job.frame.plan import Plan
from pyspark.errors import AnalysisException, SparkRuntimeException, refused
from pyspark.sql import types as t


def plan_of(relation, columns):
    """`columns`: (name, type, SQL over the relation). The plan that selects them."""
    attributes = [Attribute(name, kind) for name, kind, _ in columns]
    taken = (
        ', '.join(f'{sql} AS {a.sql}' for a, (_, _, sql) in zip(attributes, columns)) or '1 AS c0'
    )
    return Plan(attributes, f'SELECT {taken} FROM ({relation})', cheap=True)


def partition_columns(files, kinds):
    """(name, type, SQL) of the partition keys, whose values are text until they are cast."""
    return [
        (key['name'], kind, cast(Typed(quote_name(key['name']), t.StringType()), kind).sql)
        for key, kind in zip(files.partition_keys, kinds)
    ]


def found_columns(engine, relation, without=()):
    """(name, Spark type, SQL) of what a relation has; values of other types are converted."""
    gone = {name.lower() for name in without}
    found = []
    for name, duck in engine.describe(relation):
        if name.lower() in gone:
            continue
        kind = spark_type(duck)
        sql = quote_name(name)
        if duck == 'TIMESTAMP WITH TIME ZONE':
            sql = f"timezone('UTC', {sql})"
        elif duck != duck_type(kind):
            sql = f'CAST({sql} AS {duck_type(kind)})'
        found.append((name, kind, sql))
    return found


def fitted(found, schema):
    """The columns of a wanted schema taken, by name, from what there is; NULL for those not there."""
    there = {name.lower(): (kind, sql) for name, kind, sql in found}
    columns = []
    for field in schema:
        if field.name.lower() in there:
            kind, sql = there[field.name.lower()]
            value = _lenient(Typed(sql, kind), field.dataType)
        else:
            value = f'CAST(NULL AS {duck_type(field.dataType)})'
        columns.append((field.name, field.dataType, value))
    return columns


def _lenient(value, kind):
    if value.type == kind:
        return value.sql
    try:
        return cast(value, kind).sql
    except AnalysisException:
        return f'TRY_CAST({value.sql} AS {duck_type(kind)})'


def parquet(engine, files, schema, kinds):
    relation = files.read('read_parquet', {'union_by_name': 'true'})
    found = found_columns(engine, relation, [key['name'] for key in files.partition_keys])
    columns = found if schema is None else fitted(found, schema)
    return plan_of(relation, columns + partition_columns(files, kinds))


# JSON


def _json_arguments(files, layout, **more):
    return {
        'format': quote_text(layout),
        'compression': quote_text(
            'uncompressed' if files.compression == 'none' else files.compression
        ),
        'maximum_object_size': '134217728',
        **more,
    }


def json_layout(engine, files, multi_line=False):
    """How the documents stand in the files: one a line (strictly), one behind the other, in an array;
    or `broken` when some are no JSON at all."""
    order = (
        ['auto', 'unstructured'] if multi_line else ['newline_delimited', 'unstructured', 'auto']
    )
    for layout in order:
        relation = files.read('read_json_objects', _json_arguments(files, layout), 'json')
        try:
            count, objects = engine.sql(
                f"SELECT count(json), count(CASE WHEN json_type(json) = 'OBJECT' THEN 1 END) FROM ({relation})"
            )[0]
        except AnalysisException as error:
            if 'Malformed JSON' not in str(error):
                raise
            continue
        if count == objects or layout == 'auto':
            return layout
    if multi_line:
        raise SparkRuntimeException(
            '[MALFORMED_RECORD_IN_PARSING] Malformed records are detected in record parsing.'
        )
    return 'broken'


def json_inferred(engine, files, kinds, sort_names, layout):
    """Documents one a line, or otherwise whole: the types that hold every value in all files."""
    arguments = _json_arguments(
        files,
        layout,
        union_by_name='true',
        sample_size='-1',
        map_inference_threshold='-1',
        maximum_sample_files='1000000',
        convert_strings_to_integers='false',
        field_appearance_threshold='0',
    )
    gone = [key['name'] for key in files.partition_keys]
    bare = (
        f'SELECT * FROM read_json([{", ".join(map(quote_text, files.paths))}]'
        + ''.join(f', {name}={value}' for name, value in arguments.items())
        + ', hive_partitioning=false)'
    )
    described = engine.describe(bare)
    if [name for name, _ in described] == ['json'] and described[0][1] == 'JSON':
        if int(engine.sql(f'SELECT count(*) FROM ({bare})')[0][0]) == 0:
            described = []
    fields = [t.StructField(name, inferred_type(duck, sort_names)) for name, duck in described]
    mixed = [name for name, duck in described if duck == 'JSON']
    fields = [f for f in fields if f.name.lower() not in {name.lower() for name in gone}]
    _check_names(fields)
    if sort_names:
        fields.sort(key=lambda field: field.name)
    if not fields:
        return plan_of('SELECT 1 AS none WHERE false', []), mixed
    return json_typed(files, t.StructType(fields), kinds, layout), mixed


def inferred_type(duck, sort_names):
    """The type of a value as JSON has it: DuckDB's guesses of times and ids in text are text again."""
    return _plain_json(spark_type(duck), sort_names)


def _plain_json(kind, sort_names):
    if isinstance(kind, t.ArrayType):
        return t.ArrayType(_plain_json(kind.elementType, sort_names))
    if isinstance(kind, t.MapType):
        return t.MapType(kind.keyType, _plain_json(kind.valueType, sort_names))
    if isinstance(kind, t.StructType):
        fields = [t.StructField(f.name, _plain_json(f.dataType, sort_names)) for f in kind]
        return t.StructType(sorted(fields, key=lambda f: f.name) if sort_names else fields)
    if isinstance(kind, (t.DateType, t.TimestampType)):
        return t.StringType()
    if isinstance(kind, t.DecimalType):
        return t.DecimalType(38, 0) if kind.precision > 20 else t.DecimalType(20, 0)
    return kind


def _check_names(fields):
    seen = set()
    for field in fields:
        if field.name.lower() in seen:
            raise AnalysisException(
                f'[COLUMN_ALREADY_EXISTS] The column `{field.name.lower()}` already exists. Consider to choose '
                'another name or rename the existing column.'
            )
        seen.add(field.name.lower())


def json_typed(files, schema, kinds, layout, lenient=False):
    """Documents read as this schema; with `lenient` what does not fit is NULL."""
    columns = ', '.join(
        f'{quote_text(f.name)}: {quote_text(_json_storage(f.dataType))}' for f in schema
    )
    arguments = _json_arguments(files, layout, columns=f'{{{columns}}}')
    if lenient:
        arguments['ignore_errors'] = 'true'
    relation = files.read('read_json', arguments)
    taken = []
    for field in schema:
        stored = Typed(quote_name(field.name), _stored(field.dataType))
        taken.append((field.name, field.dataType, cast(stored, field.dataType).sql))
    return plan_of(relation, taken + partition_columns(files, kinds))


def _stored(kind):
    return (
        t.StringType()
        if isinstance(kind, (t.DateType, t.TimestampType, t.BinaryType, t.NullType))
        else kind
    )


def _json_storage(kind):
    return duck_type(_stored(kind))


def json_lenient(engine, files, schema, kinds, layout, mapping=None):
    """Documents read as a table's columns: names without regard to case, each value on its own,
    lines that are no JSON left out."""
    broken = layout == 'broken'
    arguments = _json_arguments(files, 'newline_delimited' if broken else layout)
    if broken:
        arguments['ignore_errors'] = 'true'
    spelled = _spellings(engine, files, layout)
    wanted = {}
    for field in schema:
        key = (mapping or {}).get(field.name, field.name)
        names = [n for n in spelled if n.lower() == key.lower()] or [key]
        wanted[field.name] = names
    # DuckDB's structs cannot tell `ID` from `id`: each further spelling has a struct of its own.
    shapes = [{} for _ in range(max(map(len, wanted.values()), default=0))]
    for field in schema:
        for shape, name in zip(shapes, wanted[field.name]):
            shape[name] = structure(_stored(field.dataType))
    objects = files.read('read_json_objects', arguments, 'json')
    keys = [quote_name(key['name']) for key in files.partition_keys]
    made = [
        f'json_transform(json, {quote_text(json.dumps(shape))}) AS headrace_row_{place}'
        for place, shape in enumerate(shapes)
    ]
    relation = (
        f'SELECT {", ".join([*made, *keys]) or "1"} FROM ({objects}) '
        "WHERE json IS NOT NULL AND json_type(json) = 'OBJECT'"
    )
    columns = []
    for field in schema:
        parts = [
            f'struct_extract(headrace_row_{place}, {quote_text(name)})'
            for place, name in enumerate(wanted[field.name])
        ]
        sql = parts[0] if len(parts) == 1 else f'coalesce({", ".join(parts)})'
        value = Typed(sql, _stored(field.dataType))
        columns.append((field.name, field.dataType, cast(value, field.dataType).sql))
    return plan_of(relation, columns + partition_columns(files, kinds))


def _spellings(engine, files, layout):
    """All keys of the documents, as they are spelled there."""
    arguments = _json_arguments(files, 'newline_delimited' if layout == 'broken' else layout)
    if layout == 'broken':
        arguments['ignore_errors'] = 'true'
    objects = files.read('read_json_objects', arguments, 'json')
    rows = engine.sql(
        f"SELECT DISTINCT unnest(json_keys(json)) FROM ({objects}) WHERE json_type(json) = 'OBJECT'",
        100_000,
    )
    return sorted(row[0] for row in rows)


def broken_lines(engine, files):
    """How many lines are no JSON object."""
    arguments = _json_arguments(files, 'newline_delimited', ignore_errors='true')
    objects = files.read('read_json_objects', arguments, 'json')
    sql = f"SELECT count(*) FROM ({objects}) WHERE json IS NULL OR json_type(json) <> 'OBJECT'"
    return int(engine.sql(sql)[0][0])


def json_with_corrupt(engine, files, kinds, mode):
    """Spark's reading of files with broken lines: `_corrupt_record` has them, unless they are dropped."""
    if mode == 'FAILFAST':
        raise SparkRuntimeException(
            '[MALFORMED_RECORD_IN_PARSING] Malformed records are detected in record parsing. Parse Mode: FAILFAST.'
        )
    raw = text_relation(files)
    good = "json_valid(line) AND json_type(line) = 'OBJECT'"
    shape = engine.sql(
        f'SELECT json_group_structure(CASE WHEN json_valid(line) THEN CAST(line AS JSON) END) FROM ({raw}) WHERE json_valid(line)'
    )[0][0]
    kind = _structure_type(json.loads(shape)) if shape else t.StructType([])
    text = quote_text(json.dumps(structure(kind)))
    keys = ''.join(f', {quote_name(key["name"])}' for key in files.partition_keys)
    relation = (
        f'SELECT CASE WHEN json_valid(line) THEN json_transform(line, {text}) END AS headrace_row, '
        f"CASE WHEN NOT json_valid(line) THEN line END AS corrupt{keys} FROM ({raw}) WHERE trim(line) <> ''"
    )
    if mode == 'DROPMALFORMED':
        relation += f' AND {good}'
    columns = [
        (f.name, f.dataType, f'struct_extract(headrace_row, {quote_text(f.name)})')
        for f in sorted(kind.fields, key=lambda field: field.name)
    ]
    if mode != 'DROPMALFORMED':
        columns.insert(0, ('_corrupt_record', t.StringType(), 'corrupt'))
    return plan_of(relation, columns + partition_columns(files, kinds))


def _structure_type(shape):
    """The type of what json_group_structure answers."""
    if isinstance(shape, dict):
        return t.StructType([t.StructField(k, _structure_type(v)) for k, v in shape.items()])
    if isinstance(shape, list):
        return t.ArrayType(_structure_type(shape[0]) if shape else t.StringType())
    return {
        'UBIGINT': t.LongType(),
        'BIGINT': t.LongType(),
        'DOUBLE': t.DoubleType(),
        'BOOLEAN': t.BooleanType(),
    }.get(shape, t.StringType())


# Text and CSV


def text_relation(files):
    """The lines of the files, as `line`."""
    return files.read(
        'read_csv',
        {
            'columns': "{'line': 'VARCHAR'}",
            'auto_detect': 'false',
            'header': 'false',
            'delim': "E'\\x01'",
            'quote': "''",
            'escape': "''",
            'max_line_size': '134217728',
            'strict_mode': 'false',
            'compression': quote_text(files.compression),
        },
        # With a text of their own for NULL, empty lines would be passed over.
        "coalesce(line, '') AS line",
    )


def text(engine, files, schema, kinds):
    columns = [('value', t.StringType(), 'line')]
    return plan_of(text_relation(files), columns + partition_columns(files, kinds))


def csv_arguments(files, separator, quote, escape, header, names, skip=0):
    columns = ', '.join(f"{quote_text(name)}: 'VARCHAR'" for name in names)
    arguments = {
        'auto_detect': 'false',
        'delim': quote_text(separator),
        'quote': quote_text(quote),
        'escape': quote_text(escape if quote else ''),
        'header': 'true' if header else 'false',
        'null_padding': 'true',
        'strict_mode': 'false',
        'parallel': 'false',
        'max_line_size': '16777216',
        'compression': quote_text(files.compression),
        'columns': f'{{{columns}}}',
    }
    if skip:
        arguments['skip'] = str(skip)
    return arguments


def csv_names(engine, files, separator, quote, escape, header, default):
    """The columns' names: those of the first file's first line, or `_c0`, `_c1` …"""
    first = next(iter(files.paths))
    arguments = csv_arguments(files, separator, quote, escape, False, ['line'])
    arguments.pop('columns')
    arguments.update(
        {
            'all_varchar': 'true',
            'auto_detect': 'true',
            'sample_size': '1',
            'hive_partitioning': 'false',
        }
    )
    given = ''.join(f', {name}={value}' for name, value in arguments.items())
    relation = f'read_csv({quote_text(first)}{given})'
    found = [name for name, _ in engine.describe(f'SELECT * FROM {relation}')]
    if not header:
        return [f'{default}{i}' for i in range(len(found))]
    rows = engine.sql(
        f'SELECT {", ".join(quote_name(name) for name in found)} FROM {relation} LIMIT 1'
    )
    if not rows:
        return []
    names = []
    for place, name in enumerate(rows[0]):
        name = name if name else f'_c{place}'
        if name.lower() in {n.lower() for n in names}:
            name = f'{name}{place}'
        names.append(name.lstrip('\ufeff'))
    return names


def csv_inferred(engine, relation, names, null_text):
    """Spark's inferSchema: the narrowest of int, long, double, boolean, date, timestamp and string
    that every value of a column has."""
    if not names:
        return []
    tests = []
    for name in names:
        value = quote_name(name)
        tests += [
            f"bool_and(regexp_full_match({value}, '[+-]?\\d+') AND TRY_CAST({value} AS BIGINT) IS NOT NULL)",
            f'max(abs(CAST(TRY_CAST({value} AS BIGINT) AS HUGEINT)))',
            f'bool_and(hr_double({value}) IS NOT NULL) FILTER (WHERE {value} IS NOT NULL)',
            f"bool_and(lower({value}) IN ('true', 'false'))",
            f"bool_and(regexp_full_match({value}, '\\d{{4}}-\\d{{2}}-\\d{{2}}') AND TRY_CAST({value} AS DATE) IS NOT NULL)",
            f"bool_and(regexp_matches({value}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}') AND hr_timestamp({value}) IS NOT NULL) FILTER (WHERE {value} IS NOT NULL)",
        ]
    row = engine.sql(f'SELECT {", ".join(tests)} FROM ({relation})')[0]
    kinds = []
    for place in range(len(names)):
        whole, largest, number, truth, date, moment = row[place * 6 : place * 6 + 6]
        if whole:
            kinds.append(t.IntegerType() if int(largest) < 2**31 else t.LongType())
        elif number:
            kinds.append(t.DoubleType())
        elif truth:
            kinds.append(t.BooleanType())
        elif date:
            kinds.append(t.DateType())
        elif moment:
            kinds.append(t.TimestampType())
        else:
            kinds.append(t.StringType())
    return kinds


def unknown_format(fmt):
    return refused(f"reading the format '{fmt}'")
