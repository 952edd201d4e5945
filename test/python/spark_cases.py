"""Small programs on DataFrames whose results real Apache Spark has recorded (recorded/spark.jsonl).

Each case answers a frame. `python test/python/record.py` runs them on a real pyspark 3.5 and writes the
file anew; test_spark_cases.py runs them on python/pyspark and compares names, types and rows.
"""

import datetime
import decimal


def people(spark):
    return spark.createDataFrame(
        [
            (
                1,
                'Ann',
                34,
                1200.5,
                True,
                datetime.date(2020, 2, 29),
                datetime.datetime(2021, 3, 4, 5, 6, 7),
                'a',
            ),
            (
                2,
                'Bob',
                None,
                -3.25,
                False,
                datetime.date(1999, 12, 31),
                datetime.datetime(2020, 12, 31, 23, 59, 59),
                'b',
            ),
            (3, None, 51, None, None, None, None, 'a'),
            (
                4,
                'dora',
                7,
                0.0,
                True,
                datetime.date(2022, 7, 1),
                datetime.datetime(1969, 12, 31, 23, 0, 0, 500000),
                None,
            ),
            (
                5,
                ' Eve ',
                34,
                1e10,
                False,
                datetime.date(2021, 1, 31),
                datetime.datetime(2021, 1, 31, 12, 30),
                'b',
            ),
        ],
        'id int, name string, age int, pay double, ok boolean, born date, seen timestamp, team string',
    )


def orders(spark):
    rows = [
        (1, 1, '10.50', 2),
        (2, 1, '3', 1),
        (3, 2, 'x', 5),
        (4, 9, '7.25', None),
        (5, None, '100', 3),
    ]
    frame = spark.createDataFrame(rows, 'order_id int, id int, amount string, n int')
    return frame


def texts(spark):
    rows = [
        ('hello world',),
        ('Foo,Bar,,Baz',),
        ('',),
        (None,),
        ('a1b22c333',),
        ('  pad  ',),
        ('ünïcödé ß',),
        ('x.y.z',),
    ]
    return spark.createDataFrame(rows, 's string')


def numbers(spark):
    rows = [
        (1, 2.5, 10, '3'),
        (-7, -2.5, 3, '4.9'),
        (0, 0.0, 0, 'abc'),
        (None, None, None, None),
        (100, 1e-5, -4, ' 12 '),
        (9, 123456789.125, 7, '1e3'),
    ]
    return spark.createDataFrame(rows, 'i int, d double, k int, t string')


def decimals(spark):
    D = decimal.Decimal
    rows = [
        (D('1.10'), D('2.345'), 3),
        (D('-9999.99'), D('0.001'), -2),
        (None, D('1'), 0),
        (D('0.05'), D('0'), None),
    ]
    return spark.createDataFrame(rows, 'a decimal(10,2), b decimal(6,3), i int')


def nested(spark):
    rows = [
        (1, [3, 1, 2, 1], {'x': 1, 'y': 2}, ('p', 5), [('q', 1), ('r', 2)]),
        (2, [], {}, ('s', None), []),
        (3, None, None, None, None),
        (4, [7, None, 7], {'x': None}, (None, 0), [(None, 9)]),
    ]
    return spark.createDataFrame(
        rows,
        'id int, xs array<int>, m map<string,int>, s struct<k:string,v:int>, ss array<struct<k:string,v:int>>',
    )


def times(spark):
    rows = [
        ('2021-03-04 05:06:07', '2021-03-04', '04/03/2021'),
        ('2020-02-29T23:59:59Z', '2020-02-29', '29/02/2020'),
        ('2021-03-04T05:06:07+02:00', '2021-3-4', '4/3/2021'),
        ('garbage', 'garbage', 'garbage'),
        (None, None, None),
        ('2021-12-31 23:59:59.123456', '2021-12-31', '31/12/2021'),
        ('2021', '2021', '2021'),
    ]
    return spark.createDataFrame(rows, 'ts string, d string, f string')


def each(prefix, frame, expressions):
    """A case for each expression of a frame, so that one that fails does not hide the others."""
    return {
        f'{prefix}: {text}': (
            lambda spark, F, W, frame=frame, text=text: frame(spark).selectExpr(text)
        )
        for text in expressions
    }


EXPRESSIONS = {
    'numbers': (
        numbers,
        """
i + 1|i - k|i * 2|i / k|i % k|k % i|i div k|d / k|d * i|-d|i + d|t + 1|t * 2|t / 2|i = t|i > t|d < t|pmod(i, k)|i + 1L
cast(d as int)|cast(d as bigint)|cast(d as string)|cast(t as int)|cast(t as double)|cast(t as bigint)|cast(i as string)|cast(i as double)
cast(i as boolean)|cast(t as decimal(5,1))|cast(d as decimal(12,3))|cast(i as decimal(8,2))|cast(i as tinyint)|cast(d as float)
cast(i as timestamp)|round(d)|round(d, 1)|round(i, -1)|bround(d)|bround(d, 1)|floor(d)|ceil(d)|floor(i)
abs(i)|abs(d)|sqrt(i)|sqrt(d)|pow(i, 2)|exp(0)|ln(d)|log(10, 100)|log10(k)|log2(k)|log1p(d)|cbrt(27)|sin(0)|cos(0)|signum(d)|sign(i)|factorial(k)
greatest(i, k)|least(i, d)|greatest(i, k, 3)|coalesce(i, k, 0)|coalesce(i, d)|nvl(i, 5)|nvl2(i, 'y', 'n')|nullif(i, k)|ifnull(t, 'none')|if(i > 1, 'big', 'small')
isnull(i)|isnotnull(d)|isnan(d)|nanvl(d, 1.0)|i is null|i is not null|i <=> k|not (i > 1)|i in (1, 9)|i not in (1, 9)|i between 0 and 10|i in (1, null)
case when i > 5 then 'a' when i < 0 then 'b' else 'c' end|case i when 1 then 'one' end|i & 3|i ^ 5|~i|shiftleft(i, 2)|shiftright(k, 1)|i \x00 4
bin(k)|hex(i)|hex(t)|conv(t, 10, 16)|conv('ff', 16, 10)|hash(i)|hash(d)|hash(t)|hash(i, t)|xxhash64(i)|xxhash64(t)|xxhash64(d)|crc32(t)|md5(t)|sha1(t)|sha2(t, 256)|sha2(t, 512)
1.5|1.5 + i|1e3|10L|'a' 'b'|null|true|1.10 * 2.5|i * 1.5|0.1 + 0.2|0.1D + 0.2D|5 / 2|5 div 2|-5 % 3|-5 div 2|width_bucket(d, 0, 10, 5)|rint(d)|degrees(0)|hypot(3, 4)
cast('NaN' as double)|cast('Infinity' as double)|cast('1.0e5' as double)|cast('abc' as double)|cast('' as int)|cast('true' as boolean)|cast('yes' as boolean)|cast('x' as boolean)
cast(1e20 as int)|cast(-1e20 as bigint)|cast(300 as tinyint)|cast(2147483648 as int)|cast('99999999999' as int)|cast(true as int)|cast(1.999 as int)|cast(-1.999 as int)|int(d)|string(i)|double(t)
cast(1e7 as string)|cast(12345678.9D as string)|cast(0.001D as string)|cast(0.0001D as string)|cast(-1.5e-10 as string)|cast(100.0D as string)|cast(cast(1.1 as float) as double)|cast(1e16D as string)
""",
    ),
    'decimals': (
        decimals,
        """
a + b|a - b|a * b|a / b|a % b|a + i|a * 2|a / 3|i / a|a + 1.5D|sum(a)|avg(a)|round(a, 1)|round(a)|floor(a)|ceil(b)|abs(a)|-a|a > b|a = 1.1|a > '1'
cast(a as int)|cast(a as string)|cast(a as double)|cast(a as decimal(4,1))|cast(a as decimal(20,5))|coalesce(a, b)|greatest(a, b)|a * b * b|a / b / b|hash(a)|max(a)|cast(b as decimal(3,2))
""",
    ),
    'texts': (
        texts,
        """
upper(s)|lower(s)|length(s)|char_length(s)|trim(s)|ltrim(s)|rtrim(s)|trim(both 'x' from s)|reverse(s)|initcap(s)|substring(s, 1, 3)|substring(s, -3, 2)|substring(s, 0, 2)|substring(s, 3)|substr(s, 2, 100)|substring(s, -100, 3)
left(s, 2)|right(s, 2)|concat(s, '!')|concat(s, 1, true)|s \x00\x00 '!'|concat_ws('-', s, 'z')|concat_ws(',', array('a', null, 'b'), s)|split(s, ',')|split(s, ' ')|split(s, '[.]')|split(s, '\\\\.')|split(s, 'o', 2)|split(s, '')
instr(s, 'o')|locate('o', s)|locate('o', s, 6)|position('o' in s)|lpad(s, 5, '*')|rpad(s, 5, 'ab')|repeat(s, 2)|replace(s, 'o', '0')|replace(s, 'o')|translate(s, 'lo', '1')|regexp_extract(s, '([a-z])([0-9]+)', 2)|regexp_extract(s, '[0-9]+', 0)
regexp_replace(s, '[0-9]+', '#')|regexp_replace(s, '([a-z])([0-9])', '$2$1')|s rlike '^[a-z]'|s like '%o%'|s like 'h_llo%'|s not like '%o%'|s ilike 'HELLO%'|startswith(s, 'h')|endswith(s, 'd')|contains(s, 'lo')|ascii(s)|base64(s)|unbase64('YWJj')
substring_index(s, '.', 2)|substring_index(s, ',', -2)|soundex(s)|levenshtein(s, 'hello')|format_string('%s-%d', s, 5)|format_number(12345.678, 2)|overlay(s, 'XX', 2, 3)|encode(s, 'UTF-8')|decode(encode(s, 'UTF-8'), 'UTF-8')|hex(s)|unhex('4142')
md5(s)|sha1(s)|sha2(s, 224)|crc32(s)|hash(s)|xxhash64(s)|bit_length(s)|octet_length(s)|find_in_set('b', 'a,b,c')|elt(2, 'a', 'b')|char(65)|space(3)|chr(97)|split_part(s, ',', 2)|btrim(s)|regexp_count(s, 'o')|regexp_extract_all(s, '([a-z])([0-9])', 1)
s = 'hello world'|s > 'a'|s in ('', 'x.y.z')|nullif(s, '')|coalesce(s, 'none')|if(s is null, 1, 0)|str_to_map('a:1,b:2')|ucase(s)|mask(s)|url_encode(s)|url_decode('a%20b')|printf('%05d', 42)|format_string('%.2f', 3.14159D)
""",
    ),
    'times': (
        times,
        """
cast(ts as timestamp)|cast(ts as date)|cast(d as date)|to_date(d)|to_date(f, 'dd/MM/yyyy')|to_date(f, 'd/M/yyyy')|to_timestamp(ts)|to_timestamp(f, 'dd/MM/yyyy')|unix_timestamp(ts)|unix_timestamp(f, 'dd/MM/yyyy')|to_timestamp('2021-03-04 05:06', 'yyyy-MM-dd HH:mm')
year(ts)|month(ts)|day(d)|dayofmonth(d)|hour(ts)|minute(ts)|second(ts)|dayofweek(d)|weekday(d)|dayofyear(d)|weekofyear(d)|quarter(d)|last_day(d)|next_day(d, 'Mon')|date_add(d, 5)|date_sub(d, 5)|add_months(d, 1)|add_months('2021-01-31', 1)|datediff('2021-03-10', d)
months_between('2021-03-31', '2021-02-28')|months_between('2021-03-15 12:00:00', '2021-01-10')|months_between(ts, '2020-01-01')|trunc(d, 'MM')|trunc(d, 'year')|trunc(d, 'week')|trunc(d, 'Q')|date_trunc('hour', ts)|date_trunc('month', ts)|date_trunc('week', ts)
date_format(ts, 'yyyy-MM-dd')|date_format(ts, 'dd.MM.yy HH:mm:ss')|date_format(ts, "yyyy-MM-dd'T'HH:mm:ss.SSS")|date_format(ts, 'EEE, d MMM yyyy')|date_format(ts, 'EEEE MMMM D')|date_format(ts, 'h:mm a')|date_format(ts, 'yyyyMMdd')|date_format(ts, 'Q')|date_format(d, 'MM/dd')|from_unixtime(0)|from_unixtime(1614834367, 'yyyy/MM/dd')
date_format(ts, 'yyyy-MM-dd HH:mm:ss.SSSSSS')|date_format(ts, 'S')|date_format(ts, 'HH:mm:ssXXX')|cast(cast(ts as timestamp) as bigint)|cast(cast(ts as timestamp) as double)|cast(cast(ts as timestamp) as string)|cast(cast(d as date) as string)|cast(cast(d as date) as timestamp)
cast(1614834367 as timestamp)|cast(1.5D as timestamp)|date'2021-03-04'|timestamp'2021-03-04 05:06:07'|date'2021-03-04' + 1|date'2021-03-04' - 1 is null|cast(d as date) + interval 1 month as x|cast(ts as timestamp) + interval 2 hours as x|cast(d as date) - interval 3 days as x|cast(ts as timestamp) - interval '1' day as x|date'2021-03-04' > '2021-01-01'
make_date(2021, 3, 4)|make_timestamp(2021, 3, 4, 5, 6, 7.5)|timestamp_seconds(1614834367)|timestamp_millis(1614834367123)|unix_seconds(timestamp'2021-03-04 05:06:07')|unix_millis(timestamp'2021-03-04 05:06:07.123')|unix_date(date'2021-03-04')|date_from_unix_date(100)|extract(year from ts)|extract(month from cast(d as date))|date_part('week', cast(d as date))
from_utc_timestamp('2021-03-04 05:06:07', 'America/New_York')|to_utc_timestamp('2021-07-04 05:06:07', 'Europe/Zurich')|to_date('2021-02-30')|to_date('20210304', 'yyyyMMdd')|to_timestamp('2021-03-04T05:06:07Z', "yyyy-MM-dd'T'HH:mm:ssX")|to_timestamp('04Mar2021', 'ddMMMyyyy')|to_timestamp('2021-03-04 05:06:07.123', 'yyyy-MM-dd HH:mm:ss.SSS')
ts > '2021-01-01'|cast(ts as timestamp) > '2021-01-01'|cast(d as date) = '2021-03-04'|cast(d as date) < cast(ts as timestamp)|coalesce(cast(d as date), cast(ts as timestamp))|hash(cast(d as date))|hash(cast(ts as timestamp))
""",
    ),
    'nested': (
        nested,
        """
xs[0]|xs[5]|m['x']|m['none']|s.k|ss.k|ss[0].v|size(xs)|size(m)|cardinality(xs)|array_contains(xs, 1)|array_contains(xs, 99)|array_position(xs, 1)|array_remove(xs, 1)|array_distinct(xs)|array_union(xs, array(9, 1))|array_intersect(xs, array(1, 7))|array_except(xs, array(1))
sort_array(xs)|sort_array(xs, false)|array_sort(xs)|array_max(xs)|array_min(xs)|array_join(xs, '-')|array_join(xs, '-', '?')|array_repeat(id, 2)|arrays_overlap(xs, array(2))|slice(xs, 2, 2)|slice(xs, -2, 2)|element_at(xs, 1)|element_at(xs, -1)|element_at(m, 'y')|reverse(xs)|concat(xs, array(5))|flatten(array(xs, xs))
map_keys(m)|map_values(m)|map_entries(m)|map_from_arrays(array('a','b'), array(1,2))|map_from_entries(array(struct('a', 1)))|map_concat(m, map('z', 9))|map_contains_key(m, 'x')|map('a', 1, 'b', 2)|array(1, 2.5)|array()|array('a', 1)|struct(id, s.k)|named_struct('a', id, 'b', 'x')|struct(id as z, 5)
transform(xs, x -> x + 1)|transform(xs, (x, i) -> x * i)|filter(xs, x -> x > 1)|exists(xs, x -> x = 2)|forall(xs, x -> x > 0)|aggregate(xs, 0, (acc, x) -> acc + x)|aggregate(xs, 0, (acc, x) -> acc + coalesce(x, 0), acc -> acc * 10)|zip_with(xs, array(1, 2), (x, y) -> x + y)|transform_values(m, (k, v) -> v + 1)|transform_keys(m, (k, v) -> upper(k))|map_filter(m, (k, v) -> v > 1)|arrays_zip(xs, array('a'))
sequence(1, 5)|sequence(5, 1, -2)|sequence(date'2021-01-01', date'2021-01-03')|to_json(s)|to_json(ss)|to_json(m)|to_json(struct(id, xs))|from_json('{"a":1,"b":"x"}', 'a int, b string')|from_json('broken', 'a int')|from_json('[1,2]', 'array<int>')|from_json('{"a":"q"}', 'a int')|get_json_object('{"a":{"b":[1,2]}}', '$.a.b[1]')|get_json_object('{"a":{"b":[1,2]}}', '$.a')|get_json_object('nope', '$.a')|json_array_length('[1,2,3]')|json_object_keys('{"a":1,"b":2}')
cast(xs as string)|cast(s as string)|cast(m as string)|cast(ss as string)|cast(xs as array<string>)|cast(s as struct<a:string,b:string>)|cast(xs as array<double>)|s is null|hash(xs)|hash(s)|array_size(xs)|array_compact(xs)|array_append(xs, 4)|array_prepend(xs, 0)|get(xs, 1)|schema_of_json('{"b":1,"a":"x"}')|explode(xs)|explode_outer(xs)|posexplode(xs)|explode(m)|inline(ss)|stack(2, 1, 'a', 2, 'b')|json_tuple('{"a":1,"b":"x"}', 'a', 'b')|posexplode_outer(xs)
""",
    ),
    'people aggregates': (
        people,
        """
count(*)|count(1)|count(age)|count(distinct age)|count(distinct age, team)|sum(age)|sum(pay)|avg(age)|avg(pay)|mean(age)|min(name)|max(age)|min(born)|max(seen)|stddev(age)|stddev_pop(age)|variance(age)|var_pop(age)|skewness(age)|kurtosis(age)|corr(age, id)|covar_samp(age, id)|covar_pop(age, id)|first(age)|last(age)|first(name, true)|last(name, true)|collect_list(age)|sort_array(collect_set(age))|approx_count_distinct(age)|percentile_approx(age, 0.5)|percentile(age, 0.5)|percentile(age, array(0.25, 0.75))|percentile_approx(age, array(0.0, 1.0))|median(age)|max_by(name, age)|min_by(name, age)|count_if(age > 10)|bool_and(ok)|bool_or(ok)|any_value(team)|sum(age) filter (where ok)|sum(distinct age)|bit_and(id)|bit_or(id)|bit_xor(id)|mode(age)|sum(age) + 1|max(age) - min(age)|round(avg(pay), 2)|sum(id * 2)|regr_slope(age, id)|every(ok)|some(ok)|count(name, age)|sum(cast(age as bigint))|avg(cast(id as decimal(5,1)))|max(struct(age, name))|sum(name)
""",
    ),
}


SHOWN = {
    'people': people,
    'orders': orders,
    'texts': texts,
    'numbers': numbers,
    'decimals': decimals,
    'nested': nested,
    'times': times,
    'grouped': lambda spark: people(spark).groupBy('team').count().orderBy('team'),
    'binary': lambda spark: spark.sql(
        "select cast('ab' as binary) b, 1 as one, null as n, 1.50 as d"
    ),
    'many': lambda spark: spark.range(30),
}


def expression_cases():
    found = {}
    for prefix, (frame, text) in EXPRESSIONS.items():
        found.update(
            each(
                prefix,
                frame,
                [
                    e.replace('\x00', '|')
                    for e in text.strip().replace('\n', '|').split('|')
                    if e.strip()
                ],
            )
        )
    return found
