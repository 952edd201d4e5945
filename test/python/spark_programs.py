"""Programs on DataFrames for recorded/spark.jsonl: joins, groups, windows, SQL, missing values."""

from spark_cases import decimals, nested, numbers, orders, people, texts


def _views(spark):
    people(spark).createOrReplaceTempView('people')
    orders(spark).createOrReplaceTempView('orders')
    nested(spark).createOrReplaceTempView('nested')


def sql(text):
    def case(spark, F, W):
        _views(spark)
        return spark.sql(text)

    return case


def _amounts(spark, F):
    return orders(spark).withColumn('amount', F.col('amount').cast('double'))


PROGRAMS = {
    'select and alias': lambda s, F, W: people(s).select(
        'id', F.col('name').alias('n'), people(s).columns[2]
    ),
    'select star and more': lambda s, F, W: (
        people(s).select('*', (F.col('age') + 1).alias('next')).drop('pay', 'seen')
    ),
    'withColumn replaces': lambda s, F, W: (
        people(s)
        .withColumn('age', F.col('age') * 2)
        .withColumn('new', F.lit('x'))
        .select('id', 'AGE', 'new')
    ),
    'withColumnRenamed': lambda s, F, W: people(s).withColumnRenamed('Name', 'who').select('who'),
    'names without regard to case': lambda s, F, W: people(s).select('ID', F.upper('NAME')),
    'filter by text': lambda s, F, W: people(s).filter("age > 10 AND team = 'a'").select('id'),
    'filter by columns': lambda s, F, W: (
        people(s).filter((F.col('age') > 10) & ~F.col('ok') | F.col('name').isNull()).select('id')
    ),
    'filter on a column that select dropped': lambda s, F, W: (
        people(s).select('id', 'name').filter(F.col('age') == 34)
    ),
    'when and otherwise': lambda s, F, W: people(s).select(
        F.when(F.col('age') > 40, 'old')
        .when(F.col('age') > 10, 'mid')
        .otherwise('young')
        .alias('g')
    ),
    'when without otherwise': lambda s, F, W: people(s).select(
        'id', F.when(F.col('age') > 40, 1).alias('g')
    ),
    'isin and between': lambda s, F, W: (
        people(s).filter(F.col('id').isin([1, 2, 3]) & F.col('age').between(30, 60)).select('id')
    ),
    'order by': lambda s, F, W: people(s).orderBy(F.col('age').desc(), 'id').select('id', 'age'),
    'order by nulls last': lambda s, F, W: people(s).orderBy(F.asc_nulls_last('name')).select('id'),
    'order by a column that select dropped': lambda s, F, W: (
        people(s).select('name').orderBy('id', ascending=False)
    ),
    'limit after order': lambda s, F, W: people(s).orderBy('id').limit(2).select('id'),
    'distinct': lambda s, F, W: people(s).select('team').distinct(),
    'dropDuplicates of keys': lambda s, F, W: (
        people(s).orderBy('id').dropDuplicates(['team']).select('team')
    ),
    'inner join on a name': lambda s, F, W: people(s).select('id', 'name').join(orders(s), 'id'),
    'left join on a name': lambda s, F, W: (
        people(s).select('id', 'name').join(orders(s), 'id', 'left')
    ),
    'right join on names': lambda s, F, W: (
        people(s).select('id', 'name').join(orders(s), ['id'], 'right')
    ),
    'full join on a name': lambda s, F, W: (
        people(s).select('id', 'name').join(orders(s), 'id', 'outer')
    ),
    'semi join': lambda s, F, W: people(s).select('id', 'name').join(orders(s), 'id', 'left_semi'),
    'anti join': lambda s, F, W: people(s).select('id', 'name').join(orders(s), 'id', 'leftanti'),
    'cross join': lambda s, F, W: people(s).select('id').crossJoin(orders(s).select('order_id')),
    'join on an expression': lambda s, F, W: _join_on(s, F),
    'join of a frame with itself by aliases': lambda s, F, W: _self_join(s, F),
    'join on null-safe equality': lambda s, F, W: _null_safe(s, F),
    'union': lambda s, F, W: (
        people(s).select('id', 'age').union(orders(s).select('order_id', 'amount'))
    ),
    'unionByName': lambda s, F, W: (
        people(s)
        .select('id', 'name')
        .unionByName(orders(s).select('amount', 'id'), allowMissingColumns=True)
    ),
    'intersect': lambda s, F, W: people(s).select('id').intersect(orders(s).select('id')),
    'subtract': lambda s, F, W: people(s).select('id').subtract(orders(s).select('id')),
    'exceptAll': lambda s, F, W: (
        orders(s).select('id').exceptAll(s.createDataFrame([(1,)], 'id int'))
    ),
    'groupBy count': lambda s, F, W: people(s).groupBy('team').count(),
    'groupBy sum': lambda s, F, W: people(s).groupBy('team').sum('age', 'pay'),
    'groupBy mean of all': lambda s, F, W: people(s).groupBy('team').mean(),
    'groupBy agg dict': lambda s, F, W: people(s).groupBy('team').agg({'age': 'max', '*': 'count'}),
    'groupBy agg': lambda s, F, W: (
        people(s)
        .groupBy('team')
        .agg(F.sum('pay').alias('p'), F.countDistinct('age'), F.avg('age'), F.min('name'))
    ),
    'groupBy an expression': lambda s, F, W: (
        people(s).groupBy(F.year('born').alias('y')).agg(F.count('*').alias('n'))
    ),
    'groupBy two': lambda s, F, W: people(s).groupBy('team', 'ok').agg(F.max('id')),
    'agg without groups': lambda s, F, W: people(s).agg(
        F.max('age'), F.count('name'), F.sum('id').alias('s')
    ),
    'select of aggregates': lambda s, F, W: people(s).select(F.max('age'), F.expr('count(*)')),
    'rollup': lambda s, F, W: (
        people(s)
        .rollup('team', 'ok')
        .agg(F.count('*').alias('n'), F.grouping('team'), F.grouping_id('team', 'ok'))
    ),
    'cube': lambda s, F, W: people(s).cube('team').agg(F.sum('age')),
    'pivot': lambda s, F, W: people(s).groupBy('team').pivot('ok', [True, False]).sum('age'),
    'pivot of found values': lambda s, F, W: (
        people(s).groupBy('ok').pivot('team').agg(F.count('*'), F.max('age').alias('m'))
    ),
    'row_number': lambda s, F, W: people(s).select(
        'id', F.row_number().over(W.partitionBy('team').orderBy('age')).alias('r')
    ),
    'rank and dense_rank': lambda s, F, W: people(s).select(
        'id', F.rank().over(W.orderBy('age')), F.dense_rank().over(W.orderBy('age'))
    ),
    'percent_rank and cume_dist and ntile': lambda s, F, W: people(s).select(
        'id',
        F.percent_rank().over(W.orderBy('id')),
        F.cume_dist().over(W.orderBy('id')),
        F.ntile(2).over(W.orderBy('id')),
    ),
    'lag and lead': lambda s, F, W: people(s).select(
        'id', F.lag('age').over(W.orderBy('id')), F.lead('age', 2, -1).over(W.orderBy('id'))
    ),
    'running sum': lambda s, F, W: people(s).select(
        'id', F.sum('age').over(W.orderBy('id')).alias('s')
    ),
    'sum over a partition': lambda s, F, W: people(s).select(
        'id',
        F.sum('age').over(W.partitionBy('team')).alias('s'),
        F.avg('age').over(W.partitionBy('team')),
    ),
    'rowsBetween': lambda s, F, W: people(s).select(
        'id', F.sum('id').over(W.orderBy('id').rowsBetween(-1, 1)).alias('s')
    ),
    'rangeBetween': lambda s, F, W: people(s).select(
        'id', F.count('*').over(W.orderBy('id').rangeBetween(-2, 0)).alias('s')
    ),
    'whole frame': lambda s, F, W: people(s).select(
        'id',
        F.last('id')
        .over(W.orderBy('id').rowsBetween(W.unboundedPreceding, W.unboundedFollowing))
        .alias('s'),
    ),
    'first ignoring nulls over a window': lambda s, F, W: people(s).select(
        'id',
        F.last('age', True).over(W.orderBy('id')).alias('s'),
        F.first('name').over(W.orderBy(F.desc('id'))),
    ),
    'collect_list over a window': lambda s, F, W: people(s).select(
        'id', F.collect_list('age').over(W.orderBy('id')).alias('s')
    ),
    'normalised amounts': lambda s, F, W: _normalised(s, F, W),
    'nth_value': lambda s, F, W: people(s).select(
        'id', F.nth_value('name', 2).over(W.orderBy('id')).alias('x')
    ),
    'fillna of numbers': lambda s, F, W: people(s).fillna(0).select('id', 'age', 'pay', 'name'),
    'fillna of text': lambda s, F, W: people(s).fillna('?').select('id', 'age', 'name', 'team'),
    'fillna by column': lambda s, F, W: (
        people(s).fillna({'age': -1, 'name': 'nobody'}).select('age', 'name')
    ),
    'fillna of a subset': lambda s, F, W: people(s).na.fill(1.9, ['age']).select('age', 'pay'),
    'dropna': lambda s, F, W: people(s).dropna().select('id'),
    'dropna all of a subset': lambda s, F, W: (
        people(s).dropna('all', subset=['pay', 'ok']).select('id')
    ),
    'dropna thresh': lambda s, F, W: people(s).na.drop(thresh=7).select('id'),
    'replace values': lambda s, F, W: (
        people(s)
        .replace(34, 35)
        .replace({'Ann': 'Anna', 'Bob': None}, subset=['name'])
        .select('age', 'name')
    ),
    'replace lists': lambda s, F, W: (
        people(s).na.replace(['a', 'b'], ['A', 'B'], 'team').select('team')
    ),
    'describe': lambda s, F, W: people(s).describe('age', 'name', 'pay'),
    'summary': lambda s, F, W: people(s).select('id', 'age', 'team').summary(),
    'describe all': lambda s, F, W: numbers(s).describe(),
    'toDF': lambda s, F, W: people(s).select('id', 'name').toDF('a', 'b'),
    'explode in select': lambda s, F, W: nested(s).select('id', F.explode('xs').alias('x')),
    'posexplode names': lambda s, F, W: nested(s).select('id', F.posexplode('xs')),
    'explode of a map': lambda s, F, W: nested(s).select(
        'id', F.explode_outer('m').alias('k', 'v')
    ),
    'explode withColumn': lambda s, F, W: (
        nested(s).withColumn('x', F.explode('xs')).select('id', 'x')
    ),
    'struct fields': lambda s, F, W: nested(s).select(
        's.k', F.col('s')['v'], F.col('s').getField('k'), nested(s).columns[0]
    ),
    'struct star': lambda s, F, W: nested(s).select('id', 's.*'),
    'array items': lambda s, F, W: nested(s).select(
        F.col('xs')[0], F.col('xs').getItem(1), F.col('m')['x'], F.col('m').getItem('y')
    ),
    'withField and dropFields': lambda s, F, W: nested(s).select(
        F.col('s').withField('w', F.lit(1)), F.col('s').dropFields('k')
    ),
    'transform of functions': lambda s, F, W: nested(s).select(
        F.transform('xs', lambda x: x * 2),
        F.filter('xs', lambda x: x > 1),
        F.aggregate('xs', F.lit(0), lambda a, x: a + x),
    ),
    'functions of arrays': lambda s, F, W: nested(s).select(
        F.size('xs'),
        F.sort_array('xs'),
        F.array_contains('xs', 2),
        F.array('id', F.lit(5)),
        F.array_join('xs', ','),
    ),
    'udf': lambda s, F, W: people(s).select(
        'id',
        F.udf(lambda a, b: None if a is None else f'{a}/{b}', 'string')('name', 'age').alias('u'),
    ),
    'udf of a type': lambda s, F, W: (
        people(s)
        .withColumn('u', F.udf(lambda a: a * 2 if a else None, 'int')('age'))
        .filter('u > 60')
        .select('id', 'u')
    ),
    'udf of arrays': lambda s, F, W: nested(s).select(
        F.udf(lambda xs, m: [sum(x for x in xs or [] if x), len(m or {})], 'array<int>')(
            'xs', 'm'
        ).alias('u')
    ),
    'udf of a struct': lambda s, F, W: nested(s).select(
        F.udf(lambda p: (p.v, p.k) if p else None, 'struct<a:int,b:string>')('s').alias('u')
    ),
    'udf in a filter': lambda s, F, W: (
        people(s).filter(F.udf(lambda a: a is not None and a > 30, 'boolean')('age')).select('id')
    ),
    'udf before an aggregate': lambda s, F, W: (
        people(s).groupBy('team').agg(F.sum(F.udf(lambda a: (a or 0) + 1, 'int')('age')).alias('t'))
    ),
    'udf of a wrong type': lambda s, F, W: people(s).select(
        F.udf(lambda a: 'x', 'int')('age').alias('u')
    ),
    'hash columns': lambda s, F, W: people(s).select(
        F.hash('id', 'name', 'pay', 'ok', 'born'),
        F.xxhash64('name'),
        F.crc32('name'),
        F.sha2('name', 256),
        F.md5('name'),
    ),
    'dates': lambda s, F, W: people(s).select(
        F.year('born'),
        F.month('seen'),
        F.date_format('seen', 'yyyy-MM'),
        F.datediff(F.lit('2022-01-01'), 'born'),
        F.to_date(F.lit('2021-01-02')),
        F.unix_timestamp('seen'),
    ),
    'math': lambda s, F, W: numbers(s).select(
        F.round('d', 2),
        F.floor('d'),
        F.ceil('d'),
        F.abs('i'),
        F.pow('i', 2),
        F.sqrt('k'),
        F.greatest('i', 'k'),
        F.least('i', 'k'),
        F.col('d') / F.col('k'),
        F.col('i') % 3,
    ),
    'text': lambda s, F, W: texts(s).select(
        F.upper('s'),
        F.trim('s'),
        F.length('s'),
        F.split('s', ','),
        F.regexp_replace('s', '[a-z]', '_'),
        F.concat_ws('|', 's', F.lit('e')),
        F.substring('s', 2, 3),
        F.lpad('s', 3, '-'),
        F.initcap('s'),
        F.instr('s', 'l'),
    ),
    'casts of columns': lambda s, F, W: numbers(s).select(
        F.col('t').cast('int'),
        F.col('i').cast('string'),
        F.col('d').cast('decimal(10,2)'),
        F.col('i').cast('double').alias('x'),
    ),
    'column operators': lambda s, F, W: people(s).select(
        F.col('name').startswith('A'),
        F.col('name').contains('o'),
        F.col('name').like('%n'),
        F.col('name').rlike('^[A-Z]'),
        F.col('name').substr(1, 2),
        F.col('age').eqNullSafe(None),
        -F.col('age'),
        F.lit(10) - F.col('age'),
        2 ** F.col('id'),
    ),
    'json columns': lambda s, F, W: nested(s).select(
        F.to_json('s'),
        F.from_json(F.lit('{"a":1}'), 'a int')['a'].alias('a'),
        F.get_json_object(F.lit('{"q":{"w":5}}'), '$.q.w').alias('w'),
    ),
    'window of time': lambda s, F, W: (
        people(s)
        .groupBy(F.window('seen', '1 hour'))
        .count()
        .select('window.start', 'window.end', 'count')
    ),
    'unpivot': lambda s, F, W: (
        numbers(s)
        .select('i', 'k', F.col('i').alias('j'))
        .limit(2)
        .unpivot('i', ['k', 'j'], 'what', 'value')
    ),
    'cache and reuse': lambda s, F, W: _cached(s, F),
    'many columns in a loop': lambda s, F, W: _loop(s, F),
    'decimals': lambda s, F, W: (
        decimals(s)
        .groupBy()
        .agg(F.sum('a'), F.avg('b'), F.max('a'), F.sum(F.col('a') * F.col('b')))
    ),
    'createDataFrame of dicts': lambda s, F, W: s.createDataFrame(
        [{'b': 1, 'a': 'x'}, {'b': 2, 'a': None}]
    ),
    'createDataFrame of tuples': lambda s, F, W: s.createDataFrame(
        [(1, 'x', 1.5), (2, None, None)], ['a', 'b', 'c']
    ),
    'createDataFrame of nothing': lambda s, F, W: s.createDataFrame([], 'a int, b string'),
    'range': lambda s, F, W: s.range(2, 10, 3),
    'sql select': sql(
        "select id, upper(name) as n, age + 1 from people where team = 'a' order by id desc"
    ),
    'sql group': sql(
        'select team, count(*) as n, avg(age) a, max(pay) from people group by team having count(*) > 1 order by n, team'
    ),
    'sql group by ordinal and alias': sql(
        'select year(born) y, count(*) from people group by y order by 1'
    ),
    'sql group by expression': sql(
        "select concat(team, '!') t, sum(age) from people group by concat(team, '!') order by t"
    ),
    'sql join': sql(
        'select p.id, p.name, o.amount from people p join orders o on p.id = o.id order by o.order_id'
    ),
    'sql left join using': sql(
        'select * from people left join orders using (id) where team is not null'
    ),
    'sql subquery in from': sql(
        'select t.n from (select team, count(*) n from people group by team) t where t.n >= 2'
    ),
    'sql with': sql(
        'with a as (select id, age from people), b as (select max(age) m from a) select a.id from a, b where a.age = b.m'
    ),
    'sql union': sql('select id from people union select id from orders'),
    'sql union all order': sql(
        'select id, 1 as src from people union all select order_id, 2 from orders order by src, id desc limit 7'
    ),
    'sql except': sql('select id from people except select id from orders'),
    'sql in subquery': sql('select id from people where id in (select id from orders)'),
    'sql exists': sql(
        'select id from people p where exists (select 1 from orders o where o.id = p.id and o.n > 1)'
    ),
    'sql scalar subquery': sql('select id, age - (select avg(age) from people) as d from people'),
    'sql correlated scalar subquery': sql(
        'select id, (select count(*) from orders o where o.id = p.id) as n from people p'
    ),
    'sql windows': sql(
        'select id, row_number() over (partition by team order by age desc) r, sum(age) over w s from people window w as (order by id rows between 1 preceding and current row)'
    ),
    'sql lateral view': sql('select id, x from nested lateral view explode(xs) t as x where x > 1'),
    'sql lateral view outer': sql(
        'select id, p, x from nested lateral view outer posexplode(xs) t as p, x'
    ),
    'sql case and cast': sql(
        "select id, case when age is null then 'none' else cast(age as string) end c, cast('5' as int) from people"
    ),
    'sql distinct': sql('select distinct team from people order by team'),
    'sql values': sql("select a, b from values (1, 'x'), (2, null) t(a, b)"),
    'sql rollup': sql('select team, ok, count(*) from people group by rollup(team, ok)'),
    'sql grouping sets': sql(
        'select team, ok, count(*) from people group by grouping sets ((team), (ok), ())'
    ),
    'sql order by aggregate': sql(
        'select team from people group by team order by count(*) desc, team limit 2'
    ),
    'sql backticks': sql('select `id` as `the id`, p.`name` from `people` p where `id` = 1'),
    'sql semi join': sql('select id from people left semi join orders on people.id = orders.id'),
    'sql cross join and aliases': sql(
        'select a.id x, b.id y from people a cross join people b where a.id < b.id and b.id < 4'
    ),
    'sql natural join': sql('select * from people natural join orders'),
    'sql aggregate filter': sql(
        "select count(*) filter (where team = 'a') a, sum(age) filter (where ok) from people"
    ),
    'sql without from': sql('select 1 as a, null as b, true c'),
    'sql nested fields': sql("select s.k, ss[0].v, m['x'], size(xs) from nested"),
    'sql star and qualifier': sql('select p.*, 1 as one from (select id, name from people) p'),
    'sql having without group': sql('select max(age) m from people having max(age) > 10'),
    'sql intervals': sql(
        "select date'2021-01-31' + interval 1 month a, timestamp'2021-01-01 00:00:00' + interval '90' minutes b, date_add(date'2021-01-01', 3) c"
    ),
    'sql comments': sql('select id -- the key\n from people /* all */ where id = 1'),
}


def _join_on(s, F):
    p, o = people(s).select('id', 'name'), orders(s)
    return p.join(o, (p.id == o.id) & (o.n > 1), 'left').select(
        p.id, p['name'], o.order_id, o['id'].alias('other')
    )


def _self_join(s, F):
    p = people(s).select('id', 'team')
    return (
        p.alias('a')
        .join(p.alias('b'), F.col('a.team') == F.col('b.team'))
        .select('a.id', F.col('b.id').alias('other'))
    )


def _null_safe(s, F):
    p, o = people(s).select('team'), s.createDataFrame([('a', 1), (None, 2)], 't string, x int')
    return p.join(o, p.team.eqNullSafe(o.t)).select('team', 'x')


def _normalised(s, F, W):
    w = W.partitionBy('id')
    frame = _amounts(s, F)
    scaled = (F.col('amount') - F.avg('amount').over(w)) / F.stddev('amount').over(w)
    return frame.withColumn('z', F.round(scaled, 4)).withColumn(
        'share', F.col('amount') / F.sum('amount').over(w)
    )


def _cached(s, F):
    frame = people(s).filter('age > 10').cache()
    frame.count()
    return frame.join(frame.groupBy('team').agg(F.max('age').alias('top')), 'team').select(
        'id', 'top'
    )


def _loop(s, F):
    frame = people(s).select('id')
    for index in range(40):
        frame = frame.withColumn(f'c{index}', F.col('id') + index)
    return frame.select('id', 'c0', 'c39')


PROGRAMS.update(
    {
        'agg of expressions of keys': lambda s, F, W: (
            people(s)
            .groupBy(F.upper('team').alias('t'))
            .agg((F.sum('age') / F.count('age')).alias('m'))
        ),
        'having by filter': lambda s, F, W: (
            people(s).groupBy('team').agg(F.count('*').alias('n')).filter('n > 1')
        ),
        'order by an aggregate after groupBy': lambda s, F, W: (
            people(s).groupBy('team').count().orderBy(F.desc('count'), 'team')
        ),
        'select distinct and order': lambda s, F, W: (
            people(s).select('team', 'ok').distinct().orderBy('team', F.desc_nulls_last('ok'))
        ),
        'join then drop the right key': lambda s, F, W: _drop_key(s, F),
        'join of three': lambda s, F, W: (
            people(s)
            .select('id', 'team')
            .join(orders(s), 'id')
            .join(s.createDataFrame([('a', 'A team')], 'team string, long string'), 'team', 'left')
        ),
        'join using and the left column': lambda s, F, W: _using_reference(s, F),
        'broadcast join': lambda s, F, W: (
            people(s).select('id').join(F.broadcast(orders(s)), ['id'], 'inner').select('order_id')
        ),
        'union of the same frame': lambda s, F, W: (
            people(s).select('id').union(people(s).select('id')).groupBy('id').count()
        ),
        'window after group': lambda s, F, W: (
            people(s)
            .groupBy('team', 'ok')
            .agg(F.count('*').alias('n'))
            .withColumn('share', F.col('n') / F.sum('n').over(W.partitionBy('team')))
        ),
        'top per group': lambda s, F, W: (
            people(s)
            .withColumn('r', F.row_number().over(W.partitionBy('team').orderBy(F.desc('age'))))
            .filter('r = 1')
            .select('id', 'r')
        ),
        'rank in sql with filter': sql(
            'select id from (select id, rank() over (partition by team order by age desc) r from people) where r = 1'
        ),
        'nested when': lambda s, F, W: people(s).select(
            F.when(F.col('ok'), F.when(F.col('age') > 20, 'x').otherwise('y'))
            .otherwise(F.lit(None))
            .alias('z')
        ),
        'lit of kinds': lambda s, F, W: s.range(1).select(
            F.lit(1),
            F.lit(2**40),
            F.lit(1.5),
            F.lit('a'),
            F.lit(True),
            F.lit(None),
            F.lit([1, 2]).alias('l'),
        ),
        'concat and cast': lambda s, F, W: people(s).select(
            F.concat(F.col('id').cast('string'), F.lit('-'), 'name'),
            F.concat_ws('/', 'name', 'team'),
        ),
        'string plus number': lambda s, F, W: orders(s).select(
            F.col('amount') + 1,
            F.col('amount') * F.col('n'),
            F.sum('amount').over(W.partitionBy('id')),
        ),
        'sum of text': lambda s, F, W: (
            orders(s).groupBy('id').agg(F.sum('amount'), F.max('amount'))
        ),
        'date range and groups': lambda s, F, W: (
            people(s)
            .filter(F.col('born') >= '2000-01-01')
            .groupBy(F.date_format('born', 'yyyy'))
            .count()
        ),
        'expr in agg': lambda s, F, W: (
            people(s)
            .groupBy('team')
            .agg(F.expr('sum(age) / count(*) as r'), F.expr('count(distinct ok)'))
        ),
        'selectExpr of many': lambda s, F, W: people(s).selectExpr(
            'id',
            'age * 2 as twice',
            "coalesce(name, 'none') name",
            'count(*) over (partition by team) c',
        ),
        'coalesce of columns': lambda s, F, W: people(s).select(
            F.coalesce('name', 'team', F.lit('-')).alias('c'), F.nvl('age', F.lit(0))
        ),
        'array of columns exploded': lambda s, F, W: people(s).select(
            'id', F.explode(F.array('age', 'id')).alias('v')
        ),
        'split and explode': lambda s, F, W: (
            texts(s).select(F.explode(F.split('s', '[ ,]')).alias('w')).groupBy('w').count()
        ),
        'map of columns': lambda s, F, W: (
            people(s)
            .select(F.create_map(F.lit('a'), 'age', F.lit('b'), 'id').alias('m'))
            .select(F.col('m')['a'], F.map_keys('m'))
        ),
        'struct of columns': lambda s, F, W: (
            people(s)
            .select(F.struct('id', 'name').alias('p'))
            .select('p.*', F.col('p.name').alias('again'))
        ),
        'collect_list of structs': lambda s, F, W: (
            people(s)
            .orderBy('id')
            .groupBy('team')
            .agg(F.collect_list(F.struct('id', 'age')).alias('l'))
            .select('team', F.size('l'), F.col('l.id'))
        ),
        'count of distinct rows': lambda s, F, W: (
            orders(s).select('id', 'n').distinct().agg(F.count('*'))
        ),
        'sample columns by loop': lambda s, F, W: people(s).select(
            [F.col(c).alias(c.upper()) for c in people(s).columns]
        ),
        'filter not null and in subset': lambda s, F, W: (
            people(s).where(F.col('team').isNotNull() & ~F.col('team').isin('a')).select('id')
        ),
        'withColumns': lambda s, F, W: (
            people(s).withColumns({'x': F.col('id') + 1, 'age': F.lit(0)}).select('x', 'age')
        ),
        'drop several': lambda s, F, W: people(s).drop('pay', 'ok', 'nothing', 'born', 'seen'),
        'sum of decimals by group': lambda s, F, W: (
            decimals(s).groupBy('i').agg(F.sum('a'), F.avg('a'), F.min('b'))
        ),
        'sql between dates': sql(
            "select id from people where born between '2000-01-01' and '2021-12-31' and seen > '2020-01-01'"
        ),
        'sql like and rlike': sql(
            r"select name from people where name like '%n%' or name rlike '^\\s'"
        ),
        'sql decimal arithmetic': sql(
            'select 1.1 * 2.22 a, 10 / 3 b, 1.0 / 3 c, 7 % 2.5 d, cast(5 as decimal(5,2)) / 3 e'
        ),
        'sql in list and not': sql(
            "select id from people where team in ('a', 'c') and not (id = 1) and age is not null"
        ),
        'sql nested ctes': sql(
            'with t as (with u as (select 1 x) select x + 1 y from u) select y from t'
        ),
        'sql union in from': sql(
            'select count(*) from (select id from people union all select order_id from orders) x'
        ),
        'sql aliases in group by and having': sql(
            'select team t, sum(age) s from people group by t having s > 40'
        ),
        'sql window over aggregate': sql(
            'select team, sum(age) s, rank() over (order by sum(age) desc) r from people group by team'
        ),
        'sql not in': sql(
            'select id from people where id not in (select id from orders where id is not null)'
        ),
        'sql exists not': sql(
            'select id from people p where not exists (select 1 from orders o where o.id = p.id)'
        ),
        'sql first and last': sql(
            'select first(id), last(id) from (select id from people order by id)'
        ),
        'sql stack': sql("select stack(2, 'a', id, 'b', age) as (k, v) from people where id = 1"),
        'sql order nulls': sql('select id from people order by age desc nulls first, id'),
        'sql group by all': sql('select team, ok, count(*) from people group by all'),
        'sql cube': sql('select team, count(*) c from people group by cube(team)'),
        'sql date functions': sql(
            "select year(born), month(seen), date_format(seen, 'HH') from people where id < 3"
        ),
    }
)


def _drop_key(s, F):
    p, o = people(s).select('id', 'name'), orders(s)
    return p.join(o, p.id == o.id).drop(o.id)


def _using_reference(s, F):
    p, o = people(s).select('id', 'name'), orders(s)
    return p.join(o, 'id').select(p.id, o.order_id, p['name'])
