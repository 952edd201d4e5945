"""DynamicFrames, GlueContext, Job: each method with its effect, and what is refused by name."""

import contextlib
import io
import json
import unittest

from support import host, spark

from awsglue import DynamicFrame  # noqa: E402
from awsglue.context import GlueContext  # noqa: E402
from awsglue.dynamicframe import DynamicFrameCollection, ResolveOption  # noqa: E402
from awsglue.job import Job  # noqa: E402
from awsglue import transforms as T  # noqa: E402
from pyspark.context import SparkContext  # noqa: E402


def printed(action):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        action()
    return out.getvalue()


def rows(frame):
    frame = frame.toDF() if isinstance(frame, DynamicFrame) else frame
    return [tuple(row) for row in frame.collect()]


class GlueCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        spark()
        cls.host = host()
        cls.glue = GlueContext(SparkContext.getOrCreate())
        cls.spark = cls.glue.spark_session

    def frame(self, data, schema):
        return DynamicFrame.fromDF(self.spark.createDataFrame(data, schema), self.glue, 'test')

    def read(self, path, fmt='json', options=None, **more):
        return self.glue.create_dynamic_frame.from_options(
            's3', {'paths': [path], **more}, format=fmt, format_options=options or {}
        )


class Reading(GlueCase):
    def test_json_below_a_path_with_its_folders_as_text(self):
        self.host.put('s3://r1/x/day=01/a.json', [{'id': 1, 'n': 'é', 'o': {'b': [1, 2]}}])
        self.host.put('s3://r1/x/day=02/b.json', [{'id': 2, 'late': 1.5}])
        frame = self.read('s3://r1/x/')
        self.assertEqual(frame.toDF().columns, ['id', 'n', 'o', 'late', 'day'])
        self.assertEqual(
            rows(frame.select_fields(['id', 'n', 'late', 'day'])),
            [(1, 'é', None, '01'), (2, None, 1.5, '02')],
        )

    def test_json_documents_one_behind_the_other_without_line_ends(self):
        self.host.put('s3://r2/a.json', '{"a":1}{"a":2}\n{"a":3}')
        self.assertEqual(rows(self.read('s3://r2/')), [(1,), (2,), (3,)])

    def test_a_json_array_of_records(self):
        self.host.put('s3://r3/a.json', '[{"a":1},\n {"a":2}]')
        self.assertEqual(rows(self.read('s3://r3/', options={'jsonPath': '$[*]'})), [(1,), (2,)])
        self.assertEqual(rows(self.read('s3://r3/', options={'multiLine': True})), [(1,), (2,)])

    def test_broken_lines_are_counted_as_errors_and_left_out(self):
        self.host.put('s3://r4/a.json', '{"a":1}\nnot json\n{"a":2}\n{"a":\n')
        frame = self.read('s3://r4/')
        self.assertEqual((rows(frame), frame.errorsCount()), ([(1,), (2,)], 2))

    def test_gzip(self):
        import gzip

        self.host.put_bytes('s3://r5/a.json.gz', gzip.compress(b'{"a":1}\n{"a":2}\n'))
        self.assertEqual(rows(self.read('s3://r5/')), [(1,), (2,)])

    def test_csv_with_and_without_a_header(self):
        self.host.put('s3://r6/a.csv', 'id;name\n1;"a;b"\n2;\n')
        frame = self.read('s3://r6/', 'csv', {'withHeader': True, 'separator': ';'})
        self.assertEqual(frame.toDF().dtypes, [('id', 'string'), ('name', 'string')])
        self.assertEqual(rows(frame), [('1', 'a;b'), ('2', '')])
        plain = self.read('s3://r6/', 'csv', {'separator': ';', 'quoteChar': -1})
        self.assertEqual(plain.toDF().columns[:2], ['col0', 'col1'])

    def test_parquet_of_unlike_files(self):
        self.host.put_parquet(
            's3://r7/a.parquet',
            "SELECT 1::INTEGER a, 'x' b, TIMESTAMPTZ '2020-01-01 00:00:00+00' t",
        )
        self.host.put_parquet('s3://r7/b.parquet', 'SELECT 2::BIGINT a, 2.5::DOUBLE c')
        frame = self.read('s3://r7/', 'parquet').toDF()
        self.assertEqual(
            frame.dtypes, [('a', 'bigint'), ('b', 'string'), ('t', 'timestamp'), ('c', 'double')]
        )
        self.assertEqual(str(frame.collect()[0].t), '2020-01-01 00:00:00')

    def test_nothing_below_the_path_is_a_frame_without_fields(self):
        frame = self.read('s3://r8/none/')
        self.assertEqual((frame.count(), frame.toDF().columns), (0, []))

    def test_exclusions(self):
        self.host.put('s3://r9/a.json', [{'a': 1}])
        self.host.put('s3://r9/b.tmp', 'junk')
        frame = self.read('s3://r9/', exclusions='["**.tmp"]')
        self.assertEqual(rows(frame), [(1,)])

    def test_a_table_of_the_catalog(self):
        self.host.put(
            's3://c1/t/year=2020/a.json',
            '{"ID":1,"Amount":"12.5","when":"2020-01-02T03:04:05Z"}\n{"id":"x"}\n',
        )
        self.host.put('s3://c1/t/year=2021/b.json', '{"id":3,"amount":7}\nbroken\n')
        columns = [
            ('id', 'bigint'),
            ('amount', 'decimal(10,2)'),
            ('when', 'timestamp'),
            ('gone', 'array<string>'),
        ]
        self.host.table(
            'c1',
            't',
            location='s3://c1/t/',
            format='json',
            columns=[{'name': n, 'type': k} for n, k in columns],
            partitionKeys=[{'name': 'year', 'type': 'int'}],
        )
        frame = self.glue.create_dynamic_frame.from_catalog(database='c1', table_name='t')
        self.assertEqual(
            [str(v) for v in rows(frame)[0]], ['1', '12.50', '2020-01-02 03:04:05', 'None', '2020']
        )
        self.assertEqual([r[0] for r in rows(frame)], [1, None, 3])
        self.assertEqual(frame.errorsCount(), 1)
        pruned = self.glue.create_dynamic_frame.from_catalog(
            'c1', 't', push_down_predicate="year == '2021'"
        )
        self.assertEqual(pruned.count(), 1)

    def test_a_csv_table_of_the_catalog(self):
        self.host.put('s3://c2/t/a.csv', 'h1,h2\n1,x\nbad,\n')
        self.host.table(
            'c2',
            't',
            location='s3://c2/t/',
            format='csv',
            formatOptions={'separator': ',', 'skipFirst': True},
            columns=[{'name': 'n', 'type': 'int'}, {'name': 's', 'type': 'string'}],
        )
        frame = self.glue.create_dynamic_frame.from_catalog(database='c2', table_name='t')
        self.assertEqual(rows(frame), [(1, 'x'), (None, '')])

    def test_a_table_without_files_keeps_its_columns(self):
        self.host.table(
            'c3',
            't',
            location='s3://c3/t/',
            format='parquet',
            columns=[{'name': 'n', 'type': 'int'}],
        )
        frame = self.glue.create_dynamic_frame.from_catalog(database='c3', table_name='t')
        self.assertEqual((frame.count(), frame.toDF().dtypes), (0, [('n', 'int')]))

    def test_a_table_that_is_not_there(self):
        with self.assertRaisesRegex(Exception, 'EntityNotFoundException'):
            self.glue.create_dynamic_frame.from_catalog(database='c3', table_name='nowhere')

    def test_partitions_whose_folders_do_not_tell_their_values(self):
        from headrace_job.lake.sources import Files
        from headrace_job.lake import readers

        one = self.host.put('s3://c4/somewhere/a.json', [{'a': 1}])
        other = self.host.put('s3://c4/elsewhere/b.json', [{'a': 2}])
        groups = [{'values': ['x'], 'files': [one]}, {'values': [None], 'files': [other]}]
        files = Files(groups, [{'name': 'k', 'type': 'string'}], {})
        engine = self.spark._engine
        plan, _ = readers.json_inferred(
            engine, files, [readers.t.StringType()], False, 'newline_delimited'
        )
        self.assertEqual(sorted(engine.rows(plan)), [(1, 'x'), (2, None)])

    def test_what_cannot_be_read_is_refused_by_name(self):
        for given, text in (
            (dict(fmt='orc'), "reading the format 'orc'"),
            (dict(fmt='xml'), "reading the format 'xml'"),
            (dict(fmt='json', options={'jsonPath': '$.a.b'}), "jsonPath '\\$.a.b'"),
            (dict(fmt='json', boundedFiles='5'), "'boundedFiles'"),
            (dict(fmt='csv', options={'nonsense': 1}), "'nonsense'"),
        ):
            with self.subTest(text), self.assertRaisesRegex(NotImplementedError, text):
                self.read('s3://r1/', **given)
        with self.assertRaisesRegex(NotImplementedError, "connection type 'mysql'"):
            self.glue.create_dynamic_frame.from_options('mysql', {'url': 'x'})
        with self.assertRaisesRegex(NotImplementedError, 'from_rdd'):
            self.glue.create_dynamic_frame.from_rdd(None, 'x')


class Choices(GlueCase):
    def setUp(self):
        self.host.put(
            's3://ch/a.json',
            '{"id":1,"v":1,"n":{"p":"5"}}\n{"id":2,"v":"abc","n":{"p":"x"}}\n{"id":3,"v":"7"}\n',
        )
        self.mixed = self.read('s3://ch/')

    def test_a_field_of_several_types_is_a_choice(self):
        tree = printed(self.mixed.printSchema)
        self.assertEqual(
            tree.split('|-- n')[0],
            'root\n|-- id: long\n|-- v: choice\n|    |-- long\n|    |-- string\n',
        )
        self.assertEqual(json.loads(printed(self.mixed.show).splitlines()[1])['v'], 'abc')

    def test_cast(self):
        made = self.mixed.resolveChoice(specs=[('v', 'cast:long')])
        self.assertEqual([r[1] for r in rows(made)], [1, None, 7])
        self.assertEqual(made.toDF().dtypes[1], ('v', 'bigint'))

    def test_make_cols(self):
        made = self.mixed.resolveChoice(choice='make_cols')
        self.assertEqual(made.toDF().columns, ['id', 'v_long', 'v_string', 'n'])
        self.assertEqual([r[1:3] for r in rows(made)], [(1, None), (None, 'abc'), (None, '7')])

    def test_make_struct(self):
        made = self.mixed.resolveChoice(choice='make_struct').toDF()
        self.assertEqual(made.dtypes[1], ('v', 'struct<long:bigint,string:string>'))

    def test_project(self):
        made = self.mixed.resolveChoice(specs=[('v', 'project:string')])
        self.assertEqual([r[1] for r in rows(made)], [None, 'abc', '7'])

    def test_match_catalog(self):
        self.host.table(
            'chdb',
            't',
            location='s3://ch/',
            format='json',
            columns=[{'name': 'v', 'type': 'string'}, {'name': 'id', 'type': 'int'}],
        )
        made = T.ResolveChoice.apply(
            frame=self.mixed, choice='match_catalog', database='chdb', table_name='t'
        )
        self.assertEqual(made.toDF().dtypes[:2], [('id', 'int'), ('v', 'string')])
        self.assertEqual([r[1] for r in rows(made)], ['1', 'abc', '7'])

    def test_a_cast_inside_of_a_field_and_of_a_plain_field(self):
        made = self.mixed.resolveChoice(specs=[('n.p', 'cast:int'), ('id', 'cast:string')])
        self.assertEqual(
            [(r[0], r[2] and r[2][0]) for r in rows(made)], [('1', 5), ('2', None), ('3', None)]
        )

    def test_to_df_with_an_option(self):
        self.assertEqual(
            [r[1] for r in self.mixed.toDF([ResolveOption('v', 'Cast', 'string')]).collect()],
            ['1', 'abc', '7'],
        )

    def test_mapping_of_a_choice(self):
        made = self.mixed.apply_mapping([('v', 'choice', 'v', 'string')])
        self.assertEqual(rows(made), [('1',), ('abc',), ('7',)])

    def test_both_or_none_of_specs_and_choice(self):
        for given in ({}, {'specs': [('v', 'cast:int')], 'choice': 'make_cols'}):
            with self.assertRaisesRegex(ValueError, 'Must specify either specs or choice'):
                self.mixed.resolveChoice(**given)

    def test_records_of_a_choice_in_python(self):
        made = self.mixed.map(lambda r: {'t': type(r['v']).__name__})
        self.assertEqual(rows(made), [('int',), ('str',), ('str',)])

    def test_json_of_a_choice_is_the_value_itself(self):
        self.glue.write_dynamic_frame.from_options(
            self.mixed.select_fields(['v']), 's3', {'path': 's3://chout/'}, 'json'
        )
        self.assertEqual(
            self.host.text(self.host.objects('s3://chout/')[0]),
            b'{"v":1}\n{"v":"abc"}\n{"v":"7"}\n',
        )


class Fields(GlueCase):
    def setUp(self):
        self.deep = self.frame(
            [(1, ('a', 5), [('q', 1)], '2020-01-01 10:00:00', None), (2, None, None, 'bad', None)],
            'id bigint, s struct<k:string,v:int>, xs array<struct<n:string,m:int>>, at string, none void',
        )

    def test_apply_mapping(self):
        made = T.ApplyMapping.apply(
            frame=self.deep,
            mappings=[
                ('id', 'long', 'key', 'string'),
                ('s.v', 'int', 'out.v', 'double'),
                ('s.k', 'string', 'out.k', 'string'),
                ('at', 'string', 'at', 'timestamp'),
                ('xs', 'array', 'xs', 'array'),
                ('missing', 'string', 'm', 'string'),
            ],
        )
        self.assertEqual(
            made.toDF().dtypes,
            [
                ('key', 'string'),
                ('out', 'struct<v:double,k:string>'),
                ('at', 'timestamp'),
                ('xs', 'array<struct<n:string,m:int>>'),
            ],
        )
        self.assertEqual(str(rows(made)[0][2]), '2020-01-01 10:00:00')
        self.assertIsNone(rows(made)[1][2])

    def test_mapping_of_names_with_dots(self):
        frame = self.frame([(1, 2)], '`a.b` int, c int')
        self.assertEqual(
            rows(
                frame.apply_mapping([('`a.b`', 'int', '`x.y`', 'long'), ('c', 'int', 'd', 'int')])
            ),
            [(1, 2)],
        )
        self.assertEqual(
            frame.apply_mapping([('`a.b`', 'int', '`x.y`', 'long')]).toDF().columns, ['x.y']
        )

    def test_select_fields(self):
        made = T.SelectFields.apply(self.deep, ['id', 's.k'])
        self.assertEqual(made.toDF().dtypes, [('id', 'bigint'), ('s', 'struct<k:string>')])

    def test_drop_fields(self):
        made = T.DropFields.apply(self.deep, ['at', 's.v', 'xs.m', 'nothing'])
        self.assertEqual(
            made.toDF().dtypes,
            [
                ('id', 'bigint'),
                ('s', 'struct<k:string>'),
                ('xs', 'array<struct<n:string>>'),
                ('none', 'void'),
            ],
        )
        self.assertEqual(rows(made)[0][2][0][0], 'q')

    def test_rename_field(self):
        made = T.RenameField.apply(self.deep, 'id', 'ident').rename_field('s.k', 'kk')
        self.assertEqual(
            made.toDF().dtypes[:2], [('ident', 'bigint'), ('s', 'struct<kk:string,v:int>')]
        )

    def test_drop_null_fields(self):
        self.assertNotIn('none', T.DropNullFields.apply(self.deep).toDF().columns)

    def test_unnest(self):
        made = T.Unnest.apply(self.deep)
        self.assertEqual(made.toDF().columns, ['id', 's.k', 's.v', 'xs', 'at', 'none'])

    def test_relationalize(self):
        made = T.Relationalize.apply(
            frame=self.deep.drop_fields(['none']), staging_path='s3://tmp/', name='root'
        )
        self.assertEqual(sorted(made.keys()), ['root', 'root_xs'])
        self.assertEqual(made.select('root').toDF().columns, ['id', 's.k', 's.v', 'xs', 'at'])
        child = T.SelectFromCollection.apply(dfc=made, key='root_xs').toDF()
        self.assertEqual(child.columns, ['id', 'index', 'val.n', 'val.m'])
        joined = (
            made['root']
            .toDF()
            .join(child, made['root'].toDF()['xs'] == child['id'])
            .select('`val.n`')
        )
        self.assertEqual(rows(joined), [('q',)])

    def test_split_fields(self):
        made = T.SplitFields.apply(self.deep, ['id', 'at'], 'a', 'b')
        self.assertEqual(
            (made['a'].toDF().columns, made['b'].toDF().columns),
            (['id', 'at'], ['s', 'xs', 'none']),
        )

    def test_split_rows(self):
        made = T.SplitRows.apply(self.deep, {'id': {'>': 1}}, 'high', 'low')
        self.assertEqual((made['high'].count(), made['low'].count()), (1, 1))

    def test_unbox(self):
        frame = self.frame([('{"a":1,"b":"x"}',), ('{"a":2}',)], 'j string')
        made = T.Unbox.apply(frame=frame, path='j', format='json')
        self.assertEqual(made.toDF().dtypes, [('j', 'struct<a:bigint,b:string>')])

    def test_schema(self):
        names = [(f.name, f.dataType.name) for f in self.deep.schema()]
        self.assertEqual(
            names,
            [('id', 'long'), ('s', 'struct'), ('xs', 'array'), ('at', 'string'), ('none', 'null')],
        )


class Records(GlueCase):
    def setUp(self):
        self.people = self.frame(
            [(1, 'Ann', 5.0), (2, None, 1.5), (3, 'Cy', None)], 'id int, name string, pay double'
        )

    def test_map(self):
        def change(record):
            record['both'] = f'{record["id"]}-{record["name"]}'
            del record['pay']
            return record

        made = T.Map.apply(frame=self.people, f=change)
        self.assertEqual(
            made.toDF().dtypes, [('id', 'bigint'), ('name', 'string'), ('both', 'string')]
        )
        self.assertEqual(rows(made)[1], (2, None, '2-None'))

    def test_map_to_nested_and_special_values(self):
        import datetime
        import decimal

        made = self.people.map(
            lambda r: {
                't': datetime.datetime(2020, 1, r.id),
                'd': datetime.date(2020, 1, 1),
                'n': decimal.Decimal('1.5'),
                'l': [r.id, 2],
                'o': {'x': r.name},
                'f': float('nan'),
            }
        ).toDF()
        first = made.collect()[0]
        self.assertEqual(
            (first.t, first.d, first.l, first.o.x),
            (datetime.datetime(2020, 1, 1), datetime.date(2020, 1, 1), [1, 2], 'Ann'),
        )
        self.assertNotEqual(first.f, first.f)

    def test_a_function_that_raises_fails_the_map_with_its_error(self):
        with self.assertRaisesRegex(Exception, 'ZeroDivisionError: division by zero'):
            self.people.map(lambda r: {'x': 1 / 0})

    def test_filter(self):
        self.assertEqual(
            [
                r[0]
                for r in rows(T.Filter.apply(frame=self.people, f=lambda r: (r['pay'] or 0) > 1))
            ],
            [1, 2],
        )

    def test_join(self):
        other = self.frame([(1, 'x'), (3, 'y'), (4, 'z')], 'id int, tag string')
        made = T.Join.apply(self.people, other, 'id', 'id')
        self.assertEqual(made.toDF().columns, ['id', 'name', 'pay', '.id', 'tag'])
        self.assertEqual(sorted(r[4] for r in rows(made)), ['x', 'y'])
        self.assertEqual(made.drop_fields(['`.id`']).toDF().columns, ['id', 'name', 'pay', 'tag'])

    def test_join_with_itself(self):
        made = T.Join.apply(self.people, self.people, ['id'], ['id'])
        self.assertEqual(made.count(), 3)

    def test_union_and_merge(self):
        more = self.frame([(3, 'Cyrus'), (4, 'Di')], 'id int, name string')
        self.assertEqual(self.people.union(more).count(), 5)
        merged = self.people.mergeDynamicFrame(more, ['id'])
        self.assertEqual(sorted((r[0], r[1]) for r in rows(merged))[2:], [(3, 'Cyrus'), (4, 'Di')])

    def test_collections(self):
        both = DynamicFrameCollection({'a': self.people, 'b': self.people}, self.glue)
        mapped = T.MapToCollection.apply(both, lambda frame, key: frame.select_fields(['id']))
        self.assertEqual([f.toDF().columns for f in mapped.values()], [['id'], ['id']])
        flat = T.FlatMap.apply(both, T.SelectFields, 'frame', paths=['name'])
        self.assertEqual(flat['a'].toDF().columns, ['name'])

    def test_drop_duplicates_and_spigot(self):
        doubled = self.people.union(self.people)
        self.assertEqual(T.DropDuplicates.apply(doubled).count(), 3)
        T.Spigot.apply(self.people, 's3://spig/', {'topk': 2})
        self.assertEqual(len(self.host.text(self.host.objects('s3://spig/')[0]).splitlines()), 2)

    def test_refused_transforms(self):
        for name in ('FillMissingValues', 'FindMatches', 'SimplifyDDBJson'):
            with self.subTest(name), self.assertRaisesRegex(NotImplementedError, name):
                getattr(T, name).apply(self.people)
        from awsgluedq.transforms import EvaluateDataQuality

        with self.assertRaisesRegex(NotImplementedError, 'EvaluateDataQuality'):
            EvaluateDataQuality().process_rows(frame=self.people, ruleset='Rules = [ ]')


class Writing(GlueCase):
    def setUp(self):
        self.people = self.frame(
            [(1, 'a', 1.5), (2, 'b', None), (3, 'a', 2.0)], 'id int, team string, pay double'
        )

    def write(self, frame, path, fmt, options=None, **more):
        self.glue.write_dynamic_frame.from_options(
            frame=frame,
            connection_type='s3',
            connection_options={'path': path, **more},
            format=fmt,
            format_options=options or {},
        )
        return self.host.objects(path)

    def test_partitioned_parquet(self):
        keys = self.write(
            self.people, 's3://w1/', 'glueparquet', {'compression': 'gzip'}, partitionKeys=['team']
        )
        self.assertEqual([k.split('/')[3] for k in keys], ['team=a', 'team=b'])
        self.assertTrue(all(k.endswith('.gzip.parquet') for k in keys))
        self.assertEqual(
            sorted(rows(self.read('s3://w1/', 'parquet'))),
            [(1, 1.5, 'a'), (2, None, 'b'), (3, 2.0, 'a')],
        )

    def test_json_leaves_null_fields_out(self):
        keys = self.write(self.people, 's3://w2/', 'json')
        self.assertEqual(
            self.host.text(keys[0]).decode().splitlines(),
            [
                '{"id":1,"team":"a","pay":1.5}',
                '{"id":2,"team":"b"}',
                '{"id":3,"team":"a","pay":2.0}',
            ],
        )

    def test_partitioned_gzip_json(self):
        keys = self.write(
            self.people, 's3://w3/', 'json', partitionKeys=['team'], compression='gzip'
        )
        self.assertTrue(keys[0].startswith('s3://w3/team=a/') and keys[0].endswith('.gzip.json'))

    def test_csv(self):
        keys = self.write(self.people, 's3://w4/', 'csv', {'separator': '|', 'quoteChar': '"'})
        self.assertEqual(self.host.text(keys[0]), b'id|team|pay\n1|a|1.5\n2|b|\n3|a|2.0\n')
        bare = self.write(self.people, 's3://w5/', 'csv', {'writeHeader': False})
        self.assertEqual(self.host.text(bare[0]).splitlines()[0], b'1,a,1.5')

    def test_the_number_of_files(self):
        self.assertEqual(len(self.write(self.people.repartition(3), 's3://w6/', 'parquet')), 3)
        self.assertEqual(
            len(self.write(self.people.repartition(3).coalesce(1), 's3://w7/', 'json')), 1
        )
        DynamicFrame.fromDF(self.people.toDF().repartition(2), self.glue, 'x').write(
            's3', {'path': 's3://w8/'}, 'csv'
        )
        self.assertEqual(len(self.host.objects('s3://w8/')), 2)

    def test_writing_adds(self):
        self.write(self.people, 's3://w9/', 'parquet')
        self.assertEqual(len(self.write(self.people, 's3://w9/', 'parquet')), 2)

    def test_a_sink_keeps_its_table_up_to_date(self):
        self.host.table('sinkdb')
        sink = self.glue.getSink(
            connection_type='s3',
            path='s3://w10/t/',
            enableUpdateCatalog=True,
            updateBehavior='UPDATE_IN_DATABASE',
            partitionKeys=['team'],
        )
        sink.setFormat('glueparquet')
        sink.setCatalogInfo(catalogDatabase='sinkdb', catalogTableName='made')
        sink.writeFrame(self.people)
        table = self.spark._engine.channel.call('catalog.table', database='sinkdb', table='made')
        self.assertEqual(
            table['columns'], [{'name': 'id', 'type': 'int'}, {'name': 'pay', 'type': 'double'}]
        )
        self.assertEqual(
            (table['partitionKeys'], table['partitions']),
            ([{'name': 'team', 'type': 'string'}], [['a'], ['b']]),
        )
        self.assertEqual(self.spark.table('sinkdb.made').count(), 3)

    def test_write_to_a_table(self):
        self.glue.write_dynamic_frame.from_catalog(
            frame=self.people,
            database='sinkdb',
            table_name='made',
            additional_options={'enableUpdateCatalog': True},
        )
        self.assertEqual(
            self.spark.sql("select count(*) from sinkdb.made where team = 'a'").collect()[0][0], 4
        )

    def test_purge(self):
        self.write(self.people, 's3://w11/', 'parquet')
        self.glue.purge_s3_path('s3://w11/', {'retentionPeriod': 0})
        self.assertEqual(self.host.objects('s3://w11/'), [])
        with self.assertRaisesRegex(NotImplementedError, 'manifestFilePath'):
            self.glue.purge_s3_path('s3://w11/', {'manifestFilePath': 's3://x/'})

    def test_what_cannot_be_written_is_refused_by_name(self):
        for fmt in ('orc', 'avro', 'xml', 'hudi'):
            with (
                self.subTest(fmt),
                self.assertRaisesRegex(NotImplementedError, f"writing the format '{fmt}'"),
            ):
                self.write(self.people, 's3://w12/', fmt)
        with self.assertRaisesRegex(NotImplementedError, "compression 'brotli'"):
            self.write(self.people, 's3://w12/', 'parquet', {'compression': 'brotli'})
        with self.assertRaisesRegex(NotImplementedError, "connection type 'redshift'"):
            self.glue.write_dynamic_frame.from_options(self.people, 'redshift', {})
        for call in ('extract_jdbc_conf', 'start_transaction', 'forEachBatch'):
            with self.subTest(call), self.assertRaisesRegex(NotImplementedError, call):
                getattr(self.glue, call)('x')
        with self.assertRaisesRegex(Exception, 'Partition column `nope` not found'):
            self.write(self.people, 's3://w12/', 'parquet', partitionKeys=['nope'])
        self.assertEqual(self.host.objects('s3://w12/'), [])


class Bookmarks(GlueCase):
    def run_once(self):
        self.host.next_run()
        job = Job(self.glue)
        job.init('nightly', {'JOB_NAME': 'nightly'})
        frame = self.glue.create_dynamic_frame.from_options(
            's3', {'paths': ['s3://bm/']}, 'json', transformation_ctx='source'
        )
        count = frame.count()
        job.commit()
        return count

    def test_a_run_reads_only_what_is_new_since_the_last_commit(self):
        self.host.put('s3://bm/a.json', [{'a': 1}, {'a': 2}])
        self.assertEqual(self.run_once(), 2)
        self.assertEqual(self.run_once(), 0)
        self.host.put('s3://bm/b.json', [{'a': 3}])
        self.assertEqual(self.run_once(), 1)

    def test_without_a_context_everything_is_read(self):
        self.host.put('s3://bm2/a.json', [{'a': 1}])
        for _ in range(2):
            self.host.next_run()
            Job(self.glue).init('j', {})
            self.assertEqual(self.read('s3://bm2/').count(), 1)
            Job(self.glue).commit()


if __name__ == '__main__':
    unittest.main()
