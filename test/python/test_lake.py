"""`spark.read`, `frame.write` and tables: formats, options, modes, and what is refused by name."""

import datetime
import gzip
import unittest

from support import host, spark

from pyspark.errors import AnalysisException
from pyspark.sql import functions as F
from pyspark.sql import types as t


def rows(frame):
    return [tuple(row) for row in frame.collect()]


class LakeCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.spark = spark()
        cls.host = host()

    def people(self):
        return self.spark.createDataFrame(
            [(1, 'a', 1.5), (2, 'b', None), (3, None, 1e9)], 'id int, team string, pay double'
        )


class Reading(LakeCase):
    def test_json_columns_stand_in_the_order_of_their_names(self):
        self.host.put(
            's3://l1/a.json', [{'z': 1, 'a': 'x', 'm': {'q': 1, 'b': 2}}, {'k': None, 'a': 'y'}]
        )
        frame = self.spark.read.json('s3a://l1/')
        self.assertEqual(
            frame.dtypes,
            [('a', 'string'), ('k', 'string'), ('m', 'struct<b:bigint,q:bigint>'), ('z', 'bigint')],
        )

    def test_json_times_stay_text_and_mixed_values_become_text(self):
        self.host.put(
            's3://l2/a.json', [{'t': '2020-01-01T00:00:00Z', 'v': 1}, {'t': '2020-01-01', 'v': 'x'}]
        )
        frame = self.spark.read.format('json').load('s3://l2/a.json')
        self.assertEqual(frame.dtypes, [('t', 'string'), ('v', 'string')])
        self.assertEqual(rows(frame.select('v')), [('1',), ('x',)])

    def test_json_with_a_schema_makes_null_of_what_does_not_fit(self):
        self.host.put(
            's3://l3/a.json',
            '{"id":1,"when":"2020-01-01 00:00:00","x":"q"}\n{"id":"bad"}\nbroken\n',
        )
        schema = (
            t.StructType().add('id', 'int').add('when', t.TimestampType()).add('gone', 'string')
        )
        frame = self.spark.read.schema(schema).json('s3://l3/')
        self.assertEqual(
            rows(frame),
            [(1, datetime.datetime(2020, 1, 1), None), (None, None, None), (None, None, None)],
        )

    def test_corrupt_json_records_are_kept_dropped_or_fail_the_read(self):
        self.host.put('s3://l4/a.json', '{"id":1}\nbroken\n{"id":2}\n')
        self.assertEqual(
            rows(self.spark.read.json('s3://l4/')), [(None, 1), ('broken', None), (None, 2)]
        )
        self.assertEqual(self.spark.read.json('s3://l4/').columns, ['_corrupt_record', 'id'])
        self.assertEqual(
            rows(self.spark.read.option('mode', 'DROPMALFORMED').json('s3://l4/')), [(1,), (2,)]
        )
        with self.assertRaisesRegex(Exception, 'FAILFAST'):
            self.spark.read.option('mode', 'FAILFAST').json('s3://l4/')

    def test_multi_line_json(self):
        self.host.put('s3://l5/a.json', '[{"a": 1},\n{"a": 2}]')
        self.assertEqual(
            rows(self.spark.read.option('multiLine', True).json('s3://l5/')), [(1,), (2,)]
        )

    def test_csv(self):
        self.host.put(
            's3://l6/a.csv',
            'id,name,when,ok,big,pay\n1,"x, ""y""",2020-01-01,true,5000000000,1.5\n2,,2020-02-01,false,1,\n',
        )
        plain = self.spark.read.csv('s3://l6/')
        self.assertEqual((plain.columns[:2], plain.count()), (['_c0', '_c1'], 3))
        typed = (
            self.spark.read.option('header', 'true')
            .option('inferSchema', 'true')
            .option('escape', '"')
            .csv('s3://l6/')
        )
        self.assertEqual(
            [k for _, k in typed.dtypes], ['int', 'string', 'date', 'boolean', 'bigint', 'double']
        )
        self.assertEqual(
            rows(typed)[0], (1, 'x, "y"', datetime.date(2020, 1, 1), True, 5000000000, 1.5)
        )
        self.assertEqual(rows(typed)[1][1], None)
        given = self.spark.read.csv(
            's3://l6/', header=True, schema='id string, name string, when timestamp', sep=','
        )
        self.assertEqual(given.dtypes[2], ('when', 'timestamp'))

    def test_csv_of_another_separator_null_and_compression(self):
        self.host.put_bytes('s3://l7/a.csv.gz', gzip.compress(b'1\tNA\n2\tx\n'))
        frame = self.spark.read.option('sep', '\t').option('nullValue', 'NA').csv('s3://l7/')
        self.assertEqual(rows(frame), [('1', None), ('2', 'x')])

    def test_text(self):
        self.host.put('s3://l8/a.txt', 'one, "two"\n\nthree\n')
        self.assertEqual(
            rows(self.spark.read.text('s3://l8/')), [('one, "two"',), ('',), ('three',)]
        )

    def test_folders_become_typed_columns(self):
        for year, month in ((2020, '01'), (2021, '12')):
            self.host.put_parquet(f's3://l9/year={year}/m={month}/x.parquet', f'SELECT {year} AS v')
        frame = self.spark.read.parquet('s3://l9/')
        self.assertEqual(frame.dtypes, [('v', 'int'), ('year', 'int'), ('m', 'int')])
        self.assertEqual(rows(frame.filter('year = 2021').select('v', 'm')), [(2021, 12)])
        self.assertEqual(self.spark.read.parquet('s3://l9/year=2020/').columns, ['v', 'm'])

    def test_several_paths(self):
        self.host.put_parquet('s3://l10/a/x.parquet', 'SELECT 1 AS v')
        self.host.put_parquet('s3://l10/b/x.parquet', 'SELECT 2 AS v')
        self.assertEqual(
            rows(self.spark.read.parquet('s3://l10/a/', 's3://l10/b/').orderBy('v')), [(1,), (2,)]
        )
        self.assertEqual(self.spark.read.load(['s3://l10/a/', 's3://l10/b/']).count(), 2)

    def test_a_path_that_is_not_there(self):
        with self.assertRaisesRegex(
            AnalysisException, r'\[PATH_NOT_FOUND\] Path does not exist: s3://l11/none'
        ):
            self.spark.read.parquet('s3://l11/none')

    def test_refusals(self):
        read = self.spark.read
        for action, text in (
            (lambda: read.orc('s3://l1/'), "'orc'"),
            (lambda: read.format('jdbc').load('x'), "'jdbc'"),
            (lambda: self.spark.read.jdbc('x', 'y'), 'jdbc'),
            (
                lambda: self.spark.read.option('dateFormat', 'dd.MM.yyyy').csv('s3://l6/'),
                "'dateformat'",
            ),
            (lambda: self.spark.read.option('whatever', '1').parquet('s3://l9/'), "'whatever'"),
            (lambda: self.spark.read.parquet('/tmp/x'), '/tmp/x'),
            (lambda: self.spark.readStream, 'readStream'),
        ):
            with self.subTest(text), self.assertRaisesRegex(NotImplementedError, text):
                action()


class Writing(LakeCase):
    def test_parquet_and_back(self):
        frame = self.spark.createDataFrame(
            [
                (
                    1,
                    [1, 2],
                    {'k': 1.5},
                    ('x', datetime.date(2020, 1, 1)),
                    b'ab',
                    datetime.datetime(2020, 1, 1, 1, 1, 1, 5),
                )
            ],
            'id tinyint, xs array<int>, m map<string,double>, s struct<a:string,d:date>, b binary, at timestamp',
        )
        frame.write.parquet('s3://o1/')
        back = self.spark.read.parquet('s3://o1/')
        self.assertEqual(back.dtypes, frame.dtypes)
        self.assertEqual(rows(back), rows(frame))

    def test_modes(self):
        frame = self.people()
        frame.write.parquet('s3://o2/')
        with self.assertRaisesRegex(AnalysisException, 'PATH_ALREADY_EXISTS'):
            frame.write.parquet('s3://o2/')
        frame.write.mode('append').parquet('s3://o2/')
        self.assertEqual(self.spark.read.parquet('s3://o2/').count(), 6)
        frame.limit(1).write.mode('ignore').parquet('s3://o2/')
        self.assertEqual(self.spark.read.parquet('s3://o2/').count(), 6)
        self.spark.read.parquet('s3://o2/').limit(2).write.mode('overwrite').parquet('s3://o2/')
        self.assertEqual(self.spark.read.parquet('s3://o2/').count(), 2)
        with self.assertRaisesRegex(Exception, 'Unknown save mode: nonsense'):
            frame.write.mode('nonsense')

    def test_only_the_partitions_written_are_overwritten_when_that_is_wanted(self):
        frame = self.spark.createDataFrame([(1, 'a'), (2, 'b')], 'v int, k string')
        frame.write.partitionBy('k').parquet('s3://o3/')
        self.spark.conf.set('spark.sql.sources.partitionOverwriteMode', 'dynamic')
        try:
            frame.filter("k = 'a'").withColumn('v', F.lit(9)).write.mode('overwrite').partitionBy(
                'k'
            ).parquet('s3://o3/')
        finally:
            self.spark.conf.set('spark.sql.sources.partitionOverwriteMode', 'static')
        self.assertEqual(sorted(rows(self.spark.read.parquet('s3://o3/'))), [(2, 'b'), (9, 'a')])

    def test_partition_values_of_every_kind(self):
        values = ['a/b', 'é x', '', None, '1']
        frame = self.spark.createDataFrame(
            [(i, v) for i, v in enumerate(values)], 'v int, k string'
        )
        frame.write.partitionBy('k').json('s3://o4/')
        back = {v: k for v, k in rows(self.spark.read.json('s3://o4/').select('v', 'k'))}
        self.assertEqual(back, {0: 'a/b', 1: 'é x', 2: None, 3: None, 4: '1'})

    def test_csv_as_spark_writes_it(self):
        frame = self.spark.createDataFrame(
            [
                (1, 'a,b', 12345678.5, datetime.datetime(2020, 1, 1), ''),
                (None, 'q"x', 0.5, None, None),
            ],
            'i int, s string, d double, t timestamp, e string',
        )
        frame.coalesce(1).write.option('header', True).csv('s3://o5/')
        self.assertEqual(
            self.host.text(self.host.objects('s3://o5/')[0]).decode(),
            'i,s,d,t,e\n1,"a,b",1.23456785E7,2020-01-01T00:00:00.000Z,""\n,"q\\"x",0.5,,\n',
        )

    def test_json_as_spark_writes_it(self):
        frame = self.spark.createDataFrame(
            [
                (
                    1,
                    datetime.datetime(2020, 1, 1, 1, 2, 3, 4000),
                    datetime.date(2020, 1, 1),
                    ('x', None),
                    [1, None],
                    {'a': 1},
                    b'x',
                )
            ],
            'i int, t timestamp, d date, s struct<a:string,b:int>, l array<int>, m map<string,int>, b binary',
        )
        frame.write.json('s3://o6/')
        self.assertEqual(
            self.host.text(self.host.objects('s3://o6/')[0]).decode(),
            '{"i":1,"t":"2020-01-01T01:02:03.004Z","d":"2020-01-01","s":{"a":"x"},"l":[1,null],"m":{"a":1},"b":"eA=="}\n',
        )

    def test_text_and_compression(self):
        self.spark.createDataFrame([('one',), ('two',)], 's string').write.text(
            's3://o7/', compression='gzip'
        )
        key = self.host.objects('s3://o7/')[0]
        self.assertEqual(gzip.decompress(self.host.text(key)), b'one\ntwo\n')
        self.assertTrue(key.endswith('.gzip.text'))

    def test_the_number_of_files(self):
        self.spark.range(100).repartition(4).write.parquet('s3://o8/')
        self.assertEqual(len(self.host.objects('s3://o8/')), 4)
        self.spark.range(10).withColumn('k', (F.col('id') / 5).cast('int')).repartition(
            2
        ).write.partitionBy('k').csv('s3://o9/')
        self.assertEqual(len(self.host.objects('s3://o9/')), 4)

    def test_an_empty_frame_leaves_a_file_with_its_schema(self):
        self.people().filter('id > 99').write.parquet('s3://o10/')
        self.assertEqual(self.spark.read.parquet('s3://o10/').dtypes, self.people().dtypes)

    def test_what_cannot_be_written(self):
        frame = self.people()
        for action, text in (
            (lambda: frame.write.orc('s3://x/'), "'orc'"),
            (lambda: frame.write.format('delta').save('s3://x/'), "'delta'"),
            (lambda: frame.write.bucketBy(2, 'id'), 'bucketBy'),
            (lambda: frame.write.option('compression', 'lz4').parquet('s3://x/'), "'lz4'"),
            (
                lambda: frame.write.option('maxRecordsPerFile', 5).parquet('s3://x/'),
                'maxRecordsPerFile',
            ),
            (lambda: frame.write.jdbc('x', 'y'), 'jdbc'),
            (lambda: frame.writeStream, 'writeStream'),
        ):
            with self.subTest(text), self.assertRaisesRegex(NotImplementedError, text):
                action()
        for action, text in (
            (
                lambda: frame.select('id', F.lit(1).alias('ID')).write.parquet('s3://x/'),
                'COLUMN_ALREADY_EXISTS',
            ),
            (lambda: frame.write.partitionBy('nope').parquet('s3://x/'), 'nope'),
            (
                lambda: frame.select('id').write.partitionBy('id').parquet('s3://x/'),
                'ALL_PARTITION_COLUMNS_NOT_ALLOWED',
            ),
            (
                lambda: frame.select(F.array('id')).write.csv('s3://x/'),
                'UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE',
            ),
            (
                lambda: frame.select(F.lit(None).alias('n')).write.parquet('s3://x/'),
                'UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE',
            ),
        ):
            with self.subTest(text), self.assertRaisesRegex(AnalysisException, text):
                action()
        self.assertEqual(self.host.objects('s3://x/'), [])


class Tables(LakeCase):
    def test_save_as_table_and_insert_into(self):
        self.host.table('lake')
        frame = self.spark.createDataFrame([(1, 'a'), (2, 'b')], 'v int, k string')
        frame.write.partitionBy('k').saveAsTable('lake.made')
        self.assertEqual(sorted(rows(self.spark.table('lake.made'))), [(1, 'a'), (2, 'b')])
        with self.assertRaisesRegex(AnalysisException, 'TABLE_OR_VIEW_ALREADY_EXISTS'):
            frame.write.saveAsTable('lake.made')
        frame.write.insertInto('lake.made')
        self.assertEqual(self.spark.read.table('lake.made').count(), 4)
        frame.limit(1).write.mode('overwrite').partitionBy('k').saveAsTable('lake.made')
        self.assertEqual(self.spark.sql('select * from lake.made').count(), 1)
        with self.assertRaisesRegex(AnalysisException, 'Cannot safely cast `k` "STRING" to "INT"'):
            frame.select('k', 'v').write.insertInto('lake.made')
        with self.assertRaisesRegex(AnalysisException, 'it has 2 columns, the data has 1'):
            frame.select('v').write.insertInto('lake.made')

    def test_the_catalog(self):
        self.host.table(
            'cat',
            't',
            location='s3://cat/t/',
            format='parquet',
            columns=[{'name': 'a', 'type': 'int'}],
        )
        catalog = self.spark.catalog
        self.assertIn('cat', [d.name for d in catalog.listDatabases()])
        self.assertIn('t', [x.name for x in catalog.listTables('cat')])
        self.assertTrue(catalog.tableExists('cat.t') and catalog.databaseExists('cat'))
        self.assertFalse(catalog.tableExists('cat.none'))
        self.assertEqual(
            [(c.name, c.dataType) for c in catalog.listColumns('t', 'cat')], [('a', 'int')]
        )
        self.spark.sql('use cat')
        try:
            self.assertEqual(self.spark.sql('select current_database()').collect()[0][0], 'cat')
            self.assertEqual(self.spark.table('t').columns, ['a'])
            self.assertIn(('cat', 't', False), rows(self.spark.sql('show tables')))
            self.assertEqual(rows(self.spark.sql('describe t')), [('a', 'int', None)])
        finally:
            self.spark.catalog.setCurrentDatabase('default')
        with self.assertRaisesRegex(
            AnalysisException, r'\[TABLE_OR_VIEW_NOT_FOUND\] The table or view `cat`.`nowhere`'
        ):
            self.spark.table('cat.nowhere')


if __name__ == '__main__':
    unittest.main()
