"""DataFrame: a plan with the methods that scripts call. Nothing runs before an action."""

from headrace_job.expression import nodes as n
from headrace_job.expression.coercion import DOUBLE
from headrace_job.expression.typed import fresh_id
from headrace_job.frame import combine, missing, statistics
from headrace_job.frame import plan as p
from headrace_job.frame import select as s
from headrace_job.frame.execution import Cache, render
from headrace_job.frame.show import table_text
from pyspark.errors import (
    AnalysisException,
    IllegalArgumentException,
    PySparkTypeError,
    PySparkValueError,
    refused,
)
from pyspark.sql import types as t
from pyspark.sql.column import Column, expression_of, named_expression
from pyspark.sql.group import GroupedData


def _flat(columns):
    return columns[0] if len(columns) == 1 and isinstance(columns[0], (list, tuple)) else columns


class DataFrame:
    def __init__(self, plan, session):
        self._plan = plan
        self._session = session

    def _with(self, plan):
        return DataFrame(plan, self._session)

    @property
    def _engine(self):
        return self._session._engine

    # What it is

    @property
    def sparkSession(self):
        return self._session

    @property
    def schema(self):
        return t.StructType(
            [t.StructField(a.name, a.type, a.nullable, a.metadata) for a in self._plan.attributes]
        )

    @property
    def columns(self):
        return [a.name for a in self._plan.attributes]

    @property
    def dtypes(self):
        return [(a.name, a.type.simpleString()) for a in self._plan.attributes]

    @property
    def isStreaming(self):
        return False

    @property
    def rdd(self):
        raise refused('DataFrame.rdd')

    @property
    def write(self):
        from pyspark.sql.readwriter import DataFrameWriter

        return DataFrameWriter(self)

    @property
    def writeStream(self):
        raise refused('DataFrame.writeStream')

    def writeTo(self, table):
        raise refused('DataFrame.writeTo')

    @property
    def na(self):
        return DataFrameNaFunctions(self)

    @property
    def stat(self):
        return DataFrameStatFunctions(self)

    def printSchema(self, level=None):
        print(self.schema.treeString())

    def explain(self, extended=None, mode=None):
        rows = self._engine.run(self._plan, lambda body: f'EXPLAIN {body}')
        print('== Physical Plan ==\n' + '\n'.join(row[-1] for row in rows))

    def __repr__(self):
        return 'DataFrame[' + ', '.join(f'{name}: {kind}' for name, kind in self.dtypes) + ']'

    def __dir__(self):
        return sorted({*super().__dir__(), *(c for c in self.columns if c.isidentifier())})

    # Columns

    def __getitem__(self, item):
        if isinstance(item, str):
            expression = named_expression(item)
            if isinstance(expression, n.Star):
                return Column(expression)
            scope = self._plan.scope(self._session)
            value = scope.name(expression.parts)
            known = next((a for a in self._plan.attributes if a.sql == value.sql), None)
            if known:
                return Column(n.Reference(known, self._plan.id))
            base = self._base_of(expression.parts)
            return Column(base)
        if isinstance(item, Column):
            return self.filter(item)
        if isinstance(item, (list, tuple)):
            return self.select(*item)
        if isinstance(item, int):
            return Column(n.Reference(self._plan.attributes[item], self._plan.id))
        raise PySparkTypeError(f'unexpected item type: {type(item)}')

    def _base_of(self, parts):
        """A field of a struct column: the column, then its fields."""
        for length in range(len(parts) - 1, 0, -1):
            value = self._plan.scope().name(parts[:length])
            known = next((a for a in self._plan.attributes if a.sql == value.sql), None)
            if known:
                expression = n.Reference(known, self._plan.id)
                for part in parts[length:]:
                    expression = n.GetField(expression, part)
                return expression
        return n.Name(parts)

    def __getattr__(self, name):
        if name.startswith('_') or name not in self.columns:
            raise AttributeError(f"'DataFrame' object has no attribute '{name}'")
        return self[name]

    def colRegex(self, colName):
        raise refused('DataFrame.colRegex()')

    # Rows and columns chosen

    def select(self, *cols):
        expressions = [named_expression(c) for c in _flat(cols)]
        return self._with(s.select(self._plan, expressions, self._session))

    def selectExpr(self, *expr):
        from headrace_job.parse.expressions import parse_select_item

        return self._with(
            s.select(self._plan, [parse_select_item(e) for e in _flat(expr)], self._session)
        )

    def filter(self, condition):
        if isinstance(condition, str):
            from headrace_job.parse.expressions import parse_expression

            expression = parse_expression(condition)
        elif isinstance(condition, Column):
            expression = condition._expression
        else:
            raise PySparkTypeError(
                '[NOT_COLUMN_OR_STR] Argument `condition` should be a Column or str.'
            )
        return self._with(s.where(self._plan, expression, self._session))

    where = filter

    def withColumn(self, colName, col):
        if not isinstance(col, Column):
            raise PySparkTypeError(
                f'[NOT_COLUMN] Argument `col` should be a Column, got {type(col).__name__}.'
            )
        return self.withColumns({colName: col})

    def withColumns(self, colsMap):
        given = {name.lower(): (name, column._expression) for name, column in colsMap.items()}
        expressions, done = [], set()
        for attribute in self._plan.attributes:
            new = given.get(attribute.name.lower())
            done.add(attribute.name.lower())
            expressions.append(n.Alias(new[1], [new[0]]) if new else n.Reference(attribute))
        expressions += [n.Alias(e, [name]) for key, (name, e) in given.items() if key not in done]
        return self._with(s.select(self._plan, expressions, self._session))

    def withColumnRenamed(self, existing, new):
        return self.withColumnsRenamed({existing: new})

    def withColumnsRenamed(self, colsMap):
        names = {old.lower(): new for old, new in colsMap.items()}
        items = []
        for a in self._plan.attributes:
            new = names.get(a.name.lower())
            items.append((a if new is None else a.but(id=None, name=new, origins=()), a.sql))
        return self._with(p.project(self._plan, items))

    def withMetadata(self, columnName, metadata):
        items = [
            (a.but(metadata=metadata) if a.name.lower() == columnName.lower() else a, a.sql)
            for a in self._plan.attributes
        ]
        return self._with(p.project(self._plan, items))

    def drop(self, *cols):
        gone = set()
        for column in cols:
            if isinstance(column, str):
                gone |= {a.id for a in self._plan.attributes if a.name.lower() == column.lower()}
            else:
                try:
                    sql = column._expression.typed(self._plan.scope(self._session)).sql
                except AnalysisException:
                    continue
                gone |= {a.id for a in self._plan.attributes if a.sql == sql}
        return self._with(
            p.keep(self._plan, [a for a in self._plan.attributes if a.id not in gone])
        )

    def toDF(self, *cols):
        if len(cols) != len(self._plan.attributes):
            raise IllegalArgumentException(
                f"The number of columns doesn't match.\nOld column names ({len(self.columns)}): "
                f'{", ".join(self.columns)}\nNew column names ({len(cols)}): {", ".join(cols)}'
            )
        items = [
            (a.but(id=None, name=name, origins=()), a.sql)
            for a, name in zip(self._plan.attributes, cols)
        ]
        return self._with(p.project(self._plan, items))

    def alias(self, alias):
        return self._with(p.aliased(self._plan, alias))

    def distinct(self):
        return self._with(p.distinct(self._plan))

    def dropDuplicates(self, subset=None):
        if subset is None:
            return self.distinct()
        if isinstance(subset, str):
            raise PySparkTypeError(
                '[NOT_LIST_OR_TUPLE] Argument `subset` should be a list or tuple, got str.'
            )
        keys = [combine.find_column(self._plan, name) for name in subset]
        return self._with(p.distinct_on(self._plan, keys))

    drop_duplicates = dropDuplicates

    def limit(self, num):
        return self._with(p.limit(self._plan, num))

    def offset(self, num):
        return self._with(p.limit(self._plan, None, num))

    def orderBy(self, *cols, **kwargs):
        ascending = kwargs.get('ascending', True)
        expressions = []
        for index, column in enumerate(_flat(cols)):
            if isinstance(column, int) and not isinstance(column, bool):
                expression = n.Reference(self._plan.attributes[abs(column) - 1])
                expression = n.Order(expression, column < 0)
            else:
                expression = named_expression(column)
            up = ascending[index] if isinstance(ascending, (list, tuple)) else ascending
            if not up and not isinstance(expression, n.Order):
                expression = n.Order(expression, True)
            expressions.append(expression)
        return self._with(s.order_by(self._plan, expressions, self._session))

    sort = orderBy
    sortWithinPartitions = orderBy

    # With another

    def join(self, other, on=None, how=None):
        how = 'inner' if how is None else how
        left, right = self._plan, other._plan
        if isinstance(on, str):
            on = [on]
        if isinstance(on, (list, tuple)) and on and all(isinstance(name, str) for name in on):
            return self._with(combine.join_using(left, right, list(on), how, self._session))
        if isinstance(on, (list, tuple)):
            condition = None
            for column in on:
                condition = column if condition is None else condition & column
            on = condition
        expression = None if on is None else on._expression
        return self._with(combine.join_on(left, right, expression, how, self._session))

    def crossJoin(self, other):
        return self.join(other, None, 'cross')

    def _set(self, word, other):
        return self._with(combine.set_operation(word, self._plan, other._plan, self._session))

    def union(self, other):
        return self._set('UNION ALL', other)

    unionAll = union

    def unionByName(self, other, allowMissingColumns=False):
        return self._with(combine.union_by_name(self._plan, other._plan, allowMissingColumns))

    def intersect(self, other):
        return self._set('INTERSECT', other)

    def intersectAll(self, other):
        return self._set('INTERSECT ALL', other)

    def subtract(self, other):
        return self._set('EXCEPT', other)

    def exceptAll(self, other):
        return self._set('EXCEPT ALL', other)

    # Groups

    def groupBy(self, *cols):
        return GroupedData(self, [named_expression(c) for c in _flat(cols)])

    groupby = groupBy

    def rollup(self, *cols):
        return GroupedData(self, [named_expression(c) for c in _flat(cols)], 'rollup')

    def cube(self, *cols):
        return GroupedData(self, [named_expression(c) for c in _flat(cols)], 'cube')

    def agg(self, *exprs):
        return self.groupBy().agg(*exprs)

    # Chance

    def sample(self, withReplacement=None, fraction=None, seed=None):
        if isinstance(withReplacement, float):
            withReplacement, fraction, seed = False, withReplacement, fraction
        if withReplacement:
            raise refused('sample() with replacement')
        if fraction is None or not 0 <= fraction <= 1:
            raise IllegalArgumentException(
                f'requirement failed: Sampling fraction ({fraction}) must be on interval [0, 1]'
            )
        return self._share(seed, 0.0, fraction)

    def randomSplit(self, weights, seed=None):
        if any(weight < 0 for weight in weights):
            raise PySparkValueError(f'Weights must be positive. Found weight value: {min(weights)}')
        seed = fresh_id() if seed is None else seed
        total, reached, parts = sum(weights), 0.0, []
        for weight in weights:
            low, reached = reached, reached + weight / total
            parts.append(self._share(seed, low, reached))
        return parts

    def _share(self, seed, low, high):
        numbered, number = p.row_numbered(self._plan)
        seed = fresh_id() if seed is None else int(seed)
        chance = f"(hash({number.sql}, 'share {seed}') / 18446744073709551616.0)"
        bound = '' if high >= 1 - 1e-12 else f' AND {chance} < {high!r}'
        return self._with(
            p.keep(p.where(numbered, f'{chance} >= {low!r}{bound}'), self._plan.attributes)
        )

    def sampleBy(self, col, fractions, seed=None):
        raise refused('DataFrame.sampleBy()')

    # Partitions: one here, whose number of files is what these say

    def repartition(self, numPartitions, *cols):
        return self._in_files(numPartitions if isinstance(numPartitions, int) else None)

    def repartitionByRange(self, numPartitions, *cols):
        ordered = (
            self.orderBy(*cols)
            if isinstance(numPartitions, int)
            else self.orderBy(numPartitions, *cols)
        )
        return ordered._in_files(numPartitions if isinstance(numPartitions, int) else None)

    def coalesce(self, numPartitions):
        before = getattr(self, '_files', None)
        return self._in_files(min(numPartitions, before or 1))

    def _in_files(self, count):
        if count is not None and count < 1:
            raise IllegalArgumentException(
                'requirement failed: Number of partitions must be positive.'
            )
        frame = self._with(self._plan)
        frame._files = count
        return frame

    def hint(self, name, *parameters):
        return self

    # Kept results

    def cache(self):
        if self._plan.cache is None:
            self._plan.cache = Cache()
        return self

    def persist(self, storageLevel=None):
        return self.cache()

    def unpersist(self, blocking=False):
        self._plan.cache = None
        return self

    @property
    def is_cached(self):
        return self._plan.cache is not None

    @property
    def storageLevel(self):
        from pyspark.storagelevel import StorageLevel

        return StorageLevel.MEMORY_AND_DISK if self.is_cached else StorageLevel.NONE

    def checkpoint(self, eager=True):
        frame = self._with(p.Plan(self._plan.attributes, p.named(self._plan), [self._plan]))
        frame.cache()
        if eager:
            self._engine.prepare(frame._plan)
        return frame

    localCheckpoint = checkpoint

    # Actions

    def count(self):
        return self._engine.count(self._plan)

    def isEmpty(self):
        return not self.take(1)

    def collect(self):
        return list(self.toLocalIterator())

    def toLocalIterator(self, prefetchPartitions=False):
        names = self.columns
        return (t.make_row(names, values) for values in self._engine.rows(self._plan))

    def take(self, num):
        return self.limit(num).collect()

    def head(self, n=None):
        if n is None:
            rows = self.take(1)
            return rows[0] if rows else None
        return self.take(n)

    def first(self):
        return self.head()

    def tail(self, num):
        return self.collect()[-num:] if num > 0 else []

    def show(self, n=20, truncate=True, vertical=False):
        print(table_text(self, n, truncate, vertical))

    def toPandas(self):
        try:
            import pandas
        except ImportError:
            raise ImportError(
                'pandas must be installed for toPandas() (give it by --additional-python-modules)'
            ) from None
        return pandas.DataFrame.from_records(
            list(self._engine.rows(self._plan)), columns=self.columns
        )

    def foreach(self, f):
        for row in self.toLocalIterator():
            f(row)

    def foreachPartition(self, f):
        f(self.toLocalIterator())

    def toJSON(self, use_unicode=True):
        raise refused('DataFrame.toJSON()')

    def mapInPandas(self, func, schema, *_more):
        raise refused('DataFrame.mapInPandas()')

    def mapInArrow(self, func, schema, *_more):
        raise refused('DataFrame.mapInArrow()')

    def transform(self, func, *args, **kwargs):
        return func(self, *args, **kwargs)

    def createOrReplaceTempView(self, name):
        self._session._views[name.lower()] = self._plan

    createOrReplaceGlobalTempView = registerTempTable = createOrReplaceTempView

    def createTempView(self, name):
        if name.lower() in self._session._views:
            raise AnalysisException(
                f'[TEMP_TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create the temporary view `{name}` because it already exists.'
            )
        self.createOrReplaceTempView(name)

    # Missing values and statistics

    def fillna(self, value, subset=None):
        return self._with(missing.fill(self._plan, value, subset))

    def dropna(self, how='any', thresh=None, subset=None):
        return self._with(missing.drop(self._plan, how, thresh, subset))

    def replace(self, to_replace, value=missing.NOT_GIVEN, subset=None):
        return self._with(missing.replace(self._plan, to_replace, value, subset))

    def describe(self, *cols):
        return statistics.summary(
            self, ['count', 'mean', 'stddev', 'min', 'max'], list(_flat(cols))
        )

    def summary(self, *statistics_wanted):
        wanted = list(_flat(statistics_wanted)) or [
            'count',
            'mean',
            'stddev',
            'min',
            '25%',
            '50%',
            '75%',
            'max',
        ]
        return statistics.summary(self, wanted, [])

    def corr(self, col1, col2, method=None):
        return self._pair('corr', col1, col2)

    def cov(self, col1, col2):
        return self._pair('covar_samp', col1, col2)

    def _pair(self, name, col1, col2):
        call = n.Call(name, [n.Cast(named_expression(c), DOUBLE) for c in (col1, col2)])
        row = self._with(s.select(self._plan, [n.Alias(call, ['value'])], self._session)).collect()[
            0
        ]
        return row[0]

    def approxQuantile(self, col, probabilities, relativeError):
        single = isinstance(col, str)
        calls = [
            n.Call(
                'percentile_approx',
                [
                    n.Cast(named_expression(c), DOUBLE),
                    expression_of(list(map(float, probabilities))),
                ],
            )
            for c in ([col] if single else col)
        ]
        row = self._with(s.select(self._plan, calls, self._session)).collect()[0]
        found = [value or [] for value in row]
        return found[0] if single else found

    def crosstab(self, col1, col2):
        raise refused('DataFrame.crosstab()')

    def freqItems(self, cols, support=None):
        raise refused('DataFrame.freqItems()')

    def unpivot(self, ids, values, variableColumnName, valueColumnName):
        ids = [named_expression(c) for c in ([ids] if isinstance(ids, (str, Column)) else ids)]
        kept = {e.output_name().lower() for e in ids}
        values = [c for c in self.columns if c.lower() not in kept] if values is None else values
        values = [
            named_expression(c) for c in ([values] if isinstance(values, (str, Column)) else values)
        ]
        cells = [part for v in values for part in (n.Literal(v.output_name()), v)]
        made = n.Generator('stack', [n.Literal(len(values)), *cells])
        aliased = n.Alias(made, [variableColumnName, valueColumnName])
        return self._with(s.select(self._plan, [*ids, aliased], self._session))

    melt = unpivot

    def withWatermark(self, eventTime, delayThreshold):
        raise refused('DataFrame.withWatermark()')

    def inputFiles(self):
        raise refused('DataFrame.inputFiles()')

    def _sql(self):
        """The statement that this frame is, for those who look into it."""
        return render(self._plan)


class DataFrameNaFunctions:
    def __init__(self, frame):
        self._frame = frame

    def fill(self, value, subset=None):
        return self._frame.fillna(value, subset)

    def drop(self, how='any', thresh=None, subset=None):
        return self._frame.dropna(how, thresh, subset)

    def replace(self, to_replace, value=missing.NOT_GIVEN, subset=None):
        return self._frame.replace(to_replace, value, subset)


class DataFrameStatFunctions:
    def __init__(self, frame):
        self._frame = frame

    def __getattr__(self, name):
        if name in ('approxQuantile', 'corr', 'cov', 'crosstab', 'freqItems', 'sampleBy'):
            return getattr(self._frame, name)
        raise AttributeError(name)


__all__ = ['DataFrame', 'DataFrameNaFunctions', 'DataFrameStatFunctions']
