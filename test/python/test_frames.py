"""Frames beyond what recorded/spark.jsonl has: actions, errors, kept results, chance, functions."""

import contextlib
import datetime
import io
import unittest

from support import spark

from pyspark import Row, SparkConf, SparkContext, StorageLevel
from pyspark.errors import AnalysisException, ParseException, PythonException
from pyspark.sql import SparkSession, SQLContext, Window
from pyspark.sql import functions as F
from pyspark.sql import types as t


def rows(frame):
    return [tuple(row) for row in frame.collect()]


class FrameCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.spark = spark()
        cls.people = cls.spark.createDataFrame(
            [(1, 'Ann', 34), (2, 'Bob', None), (3, None, 51)], 'id int, name string, age int'
        )


class Errors(FrameCase):
    def fails(self, kind, text, action):
        with self.subTest(text), self.assertRaisesRegex(kind, text):
            action()

    def test_unknown_names_are_told_with_those_that_are_there(self):
        people = self.people
        wanted = r'\[UNRESOLVED_COLUMN.WITH_SUGGESTION\].*`nam` cannot be resolved. Did you mean one of.*`name`'
        for action in (
            lambda: people.select('nam'),
            lambda: people.filter('nam = 1'),
            lambda: people.filter(F.col('nam') == 1),
            lambda: people.groupBy('nam').count(),
            lambda: people.orderBy('nam'),
            lambda: people['nam'],
            lambda: people.withColumn('x', F.upper('nam')),
        ):
            self.fails(AnalysisException, wanted, action)
        self.fails(AttributeError, "'DataFrame' object has no attribute 'nam'", lambda: people.nam)

    def test_ambiguous_names(self):
        both = self.people.join(self.people.withColumn('k', F.lit(1)).alias('o'), F.lit(True))
        self.fails(
            AnalysisException,
            r'\[AMBIGUOUS_REFERENCE\] Reference `id` is ambiguous',
            lambda: both.select('id'),
        )
        self.fails(
            AnalysisException,
            'are ambiguous',
            lambda: self.people.join(self.people, self.people.id == self.people.id),
        )

    def test_columns_of_another_frame(self):
        other = self.spark.range(3).withColumnRenamed('id', 'n')
        self.fails(
            AnalysisException,
            'Resolved attribute.* "n" missing from',
            lambda: self.people.select(other.n),
        )

    def test_wrong_types_and_counts(self):
        people = self.people
        for kind, text, action in (
            (AnalysisException, 'BINARY_OP_WRONG_TYPE', lambda: people.select(F.array('id') + 1)),
            (AnalysisException, 'FILTER_NOT_BOOLEAN', lambda: people.filter(F.col('age') + 1)),
            (AnalysisException, 'WRONG_NUM_ARGS', lambda: people.selectExpr('upper(name, 1)')),
            (
                AnalysisException,
                'UNRESOLVED_ROUTINE.*`upperr`',
                lambda: people.selectExpr('upperr(name)'),
            ),
            (
                AnalysisException,
                'MISSING_AGGREGATION.*"name"',
                lambda: people.groupBy('id').agg(F.col('name')),
            ),
            (
                AnalysisException,
                'NESTED_AGGREGATE_FUNCTION',
                lambda: people.agg(F.sum(F.count('id'))),
            ),
            (AnalysisException, 'NUM_COLUMNS_MISMATCH', lambda: people.union(people.select('id'))),
            (
                AnalysisException,
                'INCOMPATIBLE_COLUMN_TYPE',
                lambda: people.select(F.array('id')).union(people.select('id')),
            ),
            (
                AnalysisException,
                'UNRESOLVED_USING_COLUMN_FOR_JOIN',
                lambda: people.join(people, 'nope'),
            ),
            (
                AnalysisException,
                "Unsupported join type 'sideways'",
                lambda: people.join(people, 'id', 'sideways'),
            ),
            (
                AnalysisException,
                'DATA_DIFF_TYPES',
                lambda: people.select(F.coalesce('id', F.array('id'))),
            ),
            (AnalysisException, 'cannot cast', lambda: people.select(F.array('id').cast('int'))),
            (AnalysisException, 'INVALID_EXTRACT_BASE_FIELD_TYPE', lambda: people.select('id.x')),
            (AnalysisException, 'requires an OVER clause', lambda: people.select(F.row_number())),
            (
                AnalysisException,
                'requires window to be ordered',
                lambda: people.select(F.rank().over(Window.partitionBy('id'))),
            ),
            (
                ParseException,
                r"Syntax error at or near 'x'",
                lambda: self.spark.sql('select * form x'),
            ),
            (ParseException, 'end of input', lambda: self.spark.sql('select')),
            (
                AnalysisException,
                'TABLE_OR_VIEW_NOT_FOUND',
                lambda: self.spark.sql('select * from nowhere'),
            ),
            (
                ValueError,
                "use '&' for 'and'",
                lambda: people.filter((people.id > 1) and (people.id < 3)),
            ),
            (TypeError, 'not iterable', lambda: list(people.id)),
            (TypeError, 'Argument `col` should be a Column', lambda: people.withColumn('x', 5)),
        ):
            self.fails(kind, text, action)

    def test_an_error_of_a_row_reaches_the_script(self):
        broken = F.udf(lambda a: a / 0, 'double')
        self.fails(
            PythonException,
            'ZeroDivisionError: division by zero',
            lambda: self.people.select(broken('id')).collect(),
        )
        self.fails(
            Exception,
            'too big',
            lambda: self.people.select(F.raise_error(F.lit('too big'))).collect(),
        )

    def test_refusals_name_what_is_missing(self):
        people, spark_ = self.people, self.spark
        for text, action in (
            ('DataFrame.rdd', lambda: people.rdd),
            ('SparkContext.parallelize', lambda: spark_.sparkContext.parallelize([1])),
            ('SparkContext._jsc', lambda: spark_.sparkContext._jsc),
            ('spark._jvm', lambda: spark_._jvm),
            ('pandas_udf', lambda: F.pandas_udf(lambda x: x, 'int')),
            ('functions.input_file_name', lambda: F.input_file_name()),
            ('functions.session_window', lambda: F.session_window('t', '1 hour')),
            (
                'session.timeZone=Europe/Zurich',
                lambda: spark_.conf.set('spark.sql.session.timeZone', 'Europe/Zurich'),
            ),
            ('ansi.enabled', lambda: spark_.conf.set('spark.sql.ansi.enabled', True)),
            ('spark.jars', lambda: SparkConf().set('spark.jars', 'x.jar')),
            ('with replacement', lambda: people.sample(True, 0.5)),
            ('DataFrame.crosstab', lambda: people.crosstab('id', 'name')),
            ('CREATE in SQL', lambda: spark_.sql('create table x (a int)')),
            ('the SQL statement INSERT', lambda: spark_.sql('insert into x values (1)')),
            ('applyInPandas', lambda: people.groupBy('id').applyInPandas(None, 'a int')),
            (
                "datetime pattern letter 'w'",
                lambda: people.select(F.date_format(F.current_date(), 'w')),
            ),
        ):
            self.fails(
                NotImplementedError, text + r".* not built into Headrace's Spark engine", action
            )
        for module in ('ml', 'pandas', 'streaming', 'mllib', 'rdd'):
            with (
                self.subTest(module),
                self.assertRaisesRegex(ImportError, f'pyspark.{module} is not built'),
            ):
                __import__(f'pyspark.{module}')


class Actions(FrameCase):
    def test_ways_to_get_rows(self):
        people = self.people.orderBy('id')
        self.assertEqual(people.first(), Row(id=1, name='Ann', age=34))
        self.assertEqual(people.head(), people.take(1)[0])
        self.assertEqual([r.id for r in people.head(2)], [1, 2])
        self.assertEqual([r['id'] for r in people.tail(1)], [3])
        self.assertEqual(
            [r.asDict() for r in people.toLocalIterator()][1], {'id': 2, 'name': 'Bob', 'age': None}
        )
        self.assertEqual(
            (people.count(), people.isEmpty(), people.limit(0).isEmpty()), (3, False, True)
        )
        seen = []
        people.foreach(lambda row: seen.append(row.id))
        people.foreachPartition(lambda part: seen.extend(row.id for row in part))
        self.assertEqual(seen, [1, 2, 3, 1, 2, 3])
        self.assertIsNone(people.limit(0).first())

    def test_values_of_every_type_come_back_as_they_went(self):
        values = (
            True,
            2**62,
            1.5,
            'ä"\n\\',
            datetime.date(1950, 1, 2),
            datetime.datetime(1950, 1, 2, 3, 4, 5, 6),
            bytearray(b'\x00\xff\\x'),
            [1, None],
            {'k': [1.5]},
            Row(a=1, b=Row(c='x')),
        )
        schema = (
            'a boolean, b bigint, c double, d string, e date, f timestamp, g binary, h array<int>, i map<string,array<double>>, '
            'j struct<a:int,b:struct<c:string>>'
        )
        frame = self.spark.createDataFrame([values, (None,) * 10], schema)
        self.assertEqual(tuple(frame.collect()[0]), values)
        self.assertEqual(tuple(frame.collect()[1]), (None,) * 10)

    def test_special_numbers(self):
        import decimal

        frame = self.spark.createDataFrame(
            [(float('nan'), decimal.Decimal('1.10')), (float('-inf'), None)],
            'a double, b decimal(10,2)',
        )
        first, second = frame.collect()
        self.assertTrue(first.a != first.a and second.a == float('-inf') and str(first.b) == '1.10')
        self.assertEqual(
            rows(frame.select(F.isnan('a'), F.max('a').over(Window.partitionBy()) != F.lit(1.0))),
            [(True, True), (False, True)],
        )

    def test_integer_keys_of_maps(self):
        frame = self.spark.createDataFrame([({1: 'a', 2: None},)], 'm map<int,string>')
        self.assertEqual(frame.collect()[0].m, {1: 'a', 2: None})
        self.assertEqual(rows(frame.select(F.col('m')[1], F.map_keys('m'))), [('a', [1, 2])])

    def test_create_data_frame(self):
        make = self.spark.createDataFrame
        self.assertEqual(make([Row(b=1, a='x')]).columns, ['b', 'a'])
        self.assertEqual(make([1, 2], 'int').dtypes, [('value', 'int')])
        self.assertEqual(make(((i, str(i)) for i in range(3)), ['n', 's']).count(), 3)
        self.assertEqual(
            make([(1, [1.5], {'k': 1})]).dtypes,
            [('_1', 'bigint'), ('_2', 'array<double>'), ('_3', 'map<string,bigint>')],
        )
        with self.assertRaisesRegex(TypeError, 'can not accept object `x` in type `str`'):
            make([('x',)], 'a int')
        with self.assertRaisesRegex(ValueError, 'Can not infer schema from empty dataset'):
            make([])
        with self.assertRaisesRegex(ValueError, 'Some of types cannot be determined'):
            make([(None,)], ['a'])
        with self.assertRaisesRegex(TypeError, 'Can not merge type'):
            make([(1,), ('x',)], ['a'])

    def test_show_and_print_schema_write_to_stdout(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.people.limit(1).show()
            self.people.show(0)
            self.people.printSchema()
            self.people.explain()
        self.assertIn('| id|name|age|\n', out.getvalue())
        self.assertIn('only showing top 0 rows', out.getvalue())
        self.assertIn(' |-- age: integer (nullable = true)', out.getvalue())
        self.assertIn('== Physical Plan ==', out.getvalue())

    def test_to_pandas_says_what_it_needs(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            with self.assertRaisesRegex(ImportError, 'pandas must be installed'):
                self.people.toPandas()
        else:
            self.assertEqual(list(self.people.toPandas().columns), ['id', 'name', 'age'])


class Keeping(FrameCase):
    def test_a_cached_frame_is_worked_out_once(self):
        frame = self.spark.range(5).withColumn('r', F.rand()).cache()
        self.assertEqual(rows(frame), rows(frame))
        self.assertTrue(frame.is_cached and frame.storageLevel == StorageLevel.MEMORY_AND_DISK)
        self.assertEqual(rows(frame.filter('id = 2')), [row for row in rows(frame) if row[0] == 2])
        self.assertFalse(frame.unpersist().is_cached)
        self.assertEqual(self.spark.range(2).persist(StorageLevel.DISK_ONLY).count(), 2)

    def test_checkpoints(self):
        frame = self.spark.range(5).withColumn('r', F.rand()).checkpoint()
        self.assertEqual(rows(frame), rows(frame))

    def test_views(self):
        self.people.createOrReplaceTempView('kept')
        self.assertEqual(self.spark.table('kept').count(), 3)
        self.spark.sql('create or replace temp view older as select * from kept where age > 40')
        self.assertEqual(rows(self.spark.sql('select id from OLDER')), [(3,)])
        with self.assertRaisesRegex(AnalysisException, 'already exists'):
            self.people.createTempView('kept')
        self.spark.sql('cache table kept')
        self.assertTrue(self.spark.catalog.isCached('kept'))
        self.spark.sql('drop view older')
        self.assertTrue(self.spark.catalog.dropTempView('kept'))
        self.assertFalse(self.spark.catalog.tableExists('kept'))

    def test_names_with_odd_signs(self):
        frame = self.spark.createDataFrame([(1, 2, 3)], ['a b', 'c.d', 'e"f'])
        self.assertEqual(rows(frame.select('a b', '`c.d`', F.col('e"f') + 1)), [(1, 2, 4)])
        self.assertEqual(frame.select(F.col('`c.d`').alias('x`y')).columns, ['x`y'])
        frame.createOrReplaceTempView('odd')
        self.assertEqual(rows(self.spark.sql('select `a b` + `c.d` as s from odd')), [(3,)])

    def test_many_steps(self):
        frame = self.spark.range(3)
        for step in range(300):
            frame = frame.withColumn('id', F.col('id') + 1)
        self.assertEqual(rows(frame), [(300,), (301,), (302,)])


class Chance(FrameCase):
    def test_random_split_parts_are_disjoint_and_repeatable(self):
        frame = self.spark.range(1000)
        one, other = frame.randomSplit([0.8, 0.2], seed=42)
        first, second = {r[0] for r in rows(one)}, {r[0] for r in rows(other)}
        self.assertEqual((first & second, len(first | second)), (set(), 1000))
        self.assertTrue(740 < len(first) < 860)
        again = frame.randomSplit([0.8, 0.2], seed=42)[0]
        self.assertEqual({r[0] for r in rows(again)}, first)

    def test_sample(self):
        self.assertEqual(
            rows(self.spark.range(500).sample(0.5, 3)),
            rows(self.spark.range(500).sample(fraction=0.5, seed=3)),
        )
        self.assertTrue(150 < self.spark.range(500).sample(False, 0.5).count() < 350)
        with self.assertRaisesRegex(Exception, 'must be on interval'):
            self.spark.range(5).sample(1.5)

    def test_random_numbers(self):
        found = [r[0] for r in rows(self.spark.range(1000).select(F.rand(7)))]
        self.assertTrue(all(0 <= x < 1 for x in found) and 0.45 < sum(found) / 1000 < 0.55)
        self.assertEqual(found, [r[0] for r in rows(self.spark.range(1000).select(F.rand(7)))])
        self.assertTrue(300 < self.spark.range(1000).filter(F.rand() < 0.5).count() < 700)
        self.assertEqual(
            [r[0] for r in rows(self.spark.range(3).select(F.monotonically_increasing_id()))],
            [0, 1, 2],
        )
        normal = [r[0] for r in rows(self.spark.range(2000).select(F.randn(1)))]
        self.assertTrue(abs(sum(normal) / 2000) < 0.1)


class Functions(FrameCase):
    def test_udfs(self):
        @F.udf(returnType=t.IntegerType())
        def twice(value):
            """Two times the value."""
            return None if value is None else value * 2

        self.assertEqual((twice.__name__, twice.__doc__), ('twice', 'Two times the value.'))
        self.assertEqual(
            rows(self.people.select(twice('age'), twice(twice(F.col('id'))))),
            [(68, 4), (None, 8), (102, 12)],
        )
        self.spark.udf.register('thrice', lambda v: v * 3, 'int')
        self.people.createOrReplaceTempView('folk')
        self.assertEqual(
            rows(self.spark.sql('select thrice(id) x from folk where thrice(id) > 3 order by x')),
            [(6,), (9,)],
        )
        plain = F.udf(lambda: 'x')
        self.assertEqual(rows(self.people.select(plain())), [('x',)] * 3)
        self.assertEqual(rows(self.people.limit(0).select(twice('id'))), [])

    def test_udf_of_an_aggregate(self):
        label = F.udf(lambda n: f'n={n}', 'string')
        self.assertEqual(rows(self.people.agg(label(F.count('*')).alias('l'))), [('n=3',)])
        self.assertEqual(
            rows(self.people.select(label(F.max('age')), F.max(label('age')))), [('n=51', 'n=None')]
        )
        self.assertEqual(
            rows(self.people.groupBy('id').agg(label(F.sum('age')).alias('l')).orderBy('id'))[0],
            (1, 'n=34'),
        )

    def test_the_present(self):
        today, now = rows(self.spark.range(1).select(F.current_date(), F.current_timestamp()))[0]
        utc = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        self.assertLess(abs((utc - now).total_seconds()), 60)
        self.assertIn(today, (utc.date(), now.date()))

    def test_pretty_names_and_repr(self):
        self.assertEqual(repr(F.upper(F.col('x')) + 1), "Column<'(upper(x) + 1)'>")
        self.assertEqual(repr(self.people), 'DataFrame[id: int, name: string, age: int]')

    def test_statistics(self):
        frame = self.spark.range(1, 101).select('id', (F.col('id') * 2).alias('d'))
        self.assertAlmostEqual(frame.corr('id', 'd'), 1.0)
        self.assertAlmostEqual(frame.stat.cov('id', 'd'), 1683.3333333, 5)
        self.assertEqual(frame.approxQuantile('id', [0.5], 0.0), [50.0])
        self.assertEqual(frame.approxQuantile(['id', 'd'], [0.25], 0.0), [[25.0], [50.0]])

    def test_every_function_of_the_module_has_its_name(self):
        for name in F.__all__:
            self.assertTrue(callable(getattr(F, name)), name)


class Sessions(FrameCase):
    def test_one_session(self):
        built = (
            SparkSession.builder.appName('x')
            .master('local')
            .config('spark.sql.shuffle.partitions', 8)
            .enableHiveSupport()
            .getOrCreate()
        )
        self.assertIs(built, self.spark)
        self.assertEqual(built.conf.get('spark.sql.shuffle.partitions'), '8')
        self.assertEqual(built.conf.get('nothing', 'x'), 'x')
        self.assertTrue(built.version.startswith('3.5'))
        self.assertIs(SparkSession.getActiveSession(), self.spark)
        self.assertEqual(SQLContext(SparkContext.getOrCreate()).sql('select 1').collect()[0][0], 1)
        self.assertEqual(rows(self.spark.sql('set spark.sql.shuffle.partitions'))[0][1], '8')

    def test_contexts(self):
        context = SparkContext.getOrCreate()
        context.setLogLevel('WARN')
        self.assertEqual(context.broadcast({'a': 1}).value, {'a': 1})
        counter = context.accumulator(0)
        self.people.foreach(lambda row: counter.add(row.id))
        self.assertEqual(counter.value, 6)

    def test_types(self):
        schema = (
            t.StructType()
            .add('a', 'int', False)
            .add(t.StructField('b', t.ArrayType(t.MapType(t.StringType(), t.DecimalType(5, 1)))))
        )
        self.assertEqual(schema.simpleString(), 'struct<a:int,b:array<map<string,decimal(5,1)>>>')
        self.assertEqual(t.StructType.fromJson(schema.jsonValue()), schema)
        self.assertEqual(t.DataType.fromDDL('a int, `b c` array<string>').names, ['a', 'b c'])
        self.assertEqual(self.spark.createDataFrame([], schema).schema, schema)
        point = Row('x', 'y')
        self.assertEqual((point(1, 2).y, Row(a=1) == (1,), 'a' in Row(a=1)), (2, True, True))


if __name__ == '__main__':
    unittest.main()
