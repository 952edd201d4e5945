"""Scripts in a process of their own, started as the server starts them."""

import fcntl
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
import zipfile

from support import HERE, PYTHON, host

from awsglue.utils import GlueArgumentError, getResolvedOptions
from headrace_job.launcher import last_line


def run(script, *arguments, files='', lake=None):
    """Runs a script by the launcher, its channel joined to the tests' host: exit code, stdout, stderr."""
    lake = lake or host()
    reads, writes = lake.process.stdout.fileno(), lake.process.stdin.fileno()

    def joined():
        one, other = fcntl.fcntl(reads, fcntl.F_DUPFD, 20), fcntl.fcntl(writes, fcntl.F_DUPFD, 20)
        os.dup2(one, 3)
        os.dup2(other, 4)

    done = subprocess.run(
        [sys.executable, '-u', '-m', 'headrace_job', script, *arguments],
        capture_output=True,
        text=True,
        pass_fds=(3, 4),
        preexec_fn=joined,
        cwd=os.path.join(lake.root, 'work'),
        timeout=120,
        env={
            **os.environ,
            'PYTHONPATH': PYTHON,
            'HEADRACE_EXTRA_PY_FILES': files,
            'PYTHONDONTWRITEBYTECODE': '1',
        },
    )
    return done.returncode, done.stdout, done.stderr


class Script(unittest.TestCase):
    def run_text(self, text, *arguments, files=''):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'job.py')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(textwrap.dedent(text))
            return run(path, *arguments, files=files)

    def failure(self):
        return host().channel.call('test.failure')['message']

    def test_a_script_is_main_with_its_arguments(self):
        code, out, _ = self.run_text(
            """
            import sys
            if __name__ == '__main__':
                print(sys.argv[1:], __file__.endswith('job.py'))
            class Kept: pass
            import pickle
            pickle.dumps(Kept())
            """,
            '--JOB_NAME',
            'j',
            '--x=é',
        )
        self.assertEqual((code, out), (0, "['--JOB_NAME', 'j', '--x=é'] True\n"))

    def test_what_a_script_raises_ends_it_and_is_told(self):
        code, out, err = self.run_text(
            "print('before')\ndef f():\n    raise ValueError('no rows\\nat all')\nf()\n"
        )
        self.assertEqual((code, out), (1, 'before\n'))
        self.assertTrue(err.startswith('Traceback (most recent call last):\n  File "'))
        self.assertNotIn('launcher.py', err)
        self.assertTrue(err.endswith('ValueError: no rows\nat all\n'))
        self.assertEqual(self.failure(), 'ValueError: no rows at all')

    def test_a_syntax_error_tells_its_line(self):
        code, _, err = self.run_text('x = 1\ny = (\n')
        self.assertEqual(code, 1)
        self.assertIn('SyntaxError', err)
        self.assertRegex(self.failure(), r'^SyntaxError: .*\(job.py, line 2\)$')

    def test_an_analysis_error_of_a_frame_is_told(self):
        code, _, _ = self.run_text(
            """
            from pyspark.sql import SparkSession
            SparkSession.builder.getOrCreate().range(3).select('nope')
            """
        )
        self.assertEqual(code, 1)
        self.assertRegex(
            self.failure(), r'^AnalysisException: \[UNRESOLVED_COLUMN.WITH_SUGGESTION\].*`nope`'
        )

    def test_exits(self):
        for text, code in (
            ('sys.exit()', 0),
            ('sys.exit(0)', 0),
            ('sys.exit(3)', 3),
            ("sys.exit('stopped here')", 1),
            ('os._exit(5)', 5),
        ):
            with self.subTest(text):
                self.assertEqual(self.run_text(f'import os, sys\n{text}\n')[0], code)
        self.assertEqual(self.failure(), 'SystemExit: stopped here')

    def test_libraries_beside_the_script(self):
        with tempfile.TemporaryDirectory() as folder:
            module, archive = os.path.join(folder, 'single.py'), os.path.join(folder, 'more.zip')
            with open(module, 'w', encoding='utf-8') as file:
                file.write('VALUE = 1\n')
            with zipfile.ZipFile(archive, 'w') as file:
                file.writestr('packed/__init__.py', 'VALUE = 2\n')
            code, out, err = self.run_text(
                'import single, packed, pyspark\nprint(single.VALUE, packed.VALUE, pyspark.__file__)\n',
                files=os.pathsep.join([module, archive]),
            )
            self.assertEqual((code, out), (0, f'1 2 {PYTHON}/pyspark/__init__.py\n'), err)

    def test_threads_may_use_frames(self):
        code, out, err = self.run_text(
            """
            from concurrent.futures import ThreadPoolExecutor
            from pyspark.sql import SparkSession
            spark = SparkSession.builder.getOrCreate()
            with ThreadPoolExecutor(4) as pool:
                print(list(pool.map(lambda n: spark.range(n).count(), range(8))))
            """
        )
        self.assertEqual((code, out), (0, '[0, 1, 2, 3, 4, 5, 6, 7]\n'), err)

    def test_without_a_server_a_script_says_what_it_needs(self):
        done = subprocess.run(
            [
                sys.executable,
                '-c',
                'from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().range(1).count()',
            ],
            capture_output=True,
            text=True,
            env={**os.environ, 'PYTHONPATH': PYTHON},
        )
        self.assertIn('start it as a Glue job', done.stderr)

    def test_last_lines(self):
        self.assertEqual(last_line(KeyError('x')), "KeyError: 'x'")
        self.assertEqual(last_line(RuntimeError()), 'RuntimeError')
        self.assertEqual(len(last_line(ValueError('x' * 9000))), 2000)


class Arguments(unittest.TestCase):
    argv = [
        'job.py',
        '--JOB_NAME',
        'j',
        '--JOB_RUN_ID',
        'jr_1',
        '--TempDir',
        's3://t/',
        '--day',
        '2020-01-01',
        '--other',
        'x',
        '--flag=5',
    ]

    def test_the_named_ones_and_those_of_glue(self):
        found = getResolvedOptions(self.argv, ['JOB_NAME', 'day', 'flag'])
        self.assertEqual((found['JOB_NAME'], found['day'], found['flag']), ('j', '2020-01-01', '5'))
        self.assertEqual(
            (found['TempDir'], found['JOB_RUN_ID'], found['job_bookmark_option']),
            ('s3://t/', 'jr_1', 'job-bookmark-disable'),
        )
        self.assertNotIn('other', found)

    def test_a_missing_one(self):
        with self.assertRaisesRegex(
            GlueArgumentError, 'the following arguments are required: --nope'
        ):
            getResolvedOptions(self.argv, ['JOB_NAME', 'nope'])

    def test_reserved_ones_and_names_with_dashes(self):
        with self.assertRaisesRegex(RuntimeError, "Using reserved arguments \\['JOB_RUN_ID'\\]"):
            getResolvedOptions(self.argv, ['JOB_RUN_ID'])
        self.assertEqual(getResolvedOptions(['x', '--my-name', 'v'], ['my-name'])['my_name'], 'v')


class Studio(unittest.TestCase):
    """The script of scripts/enrich_transactions.py over a small lake, twice."""

    maxDiff = None

    def setUp(self):
        self.lake = host()
        self.lake.next_run()

    def transactions(self, first, count, month):
        found = []
        for i in range(first, first + count):
            found.append(
                {
                    'TRANSACTION_ID': i,
                    'TX_DATETIME': f'2018-{month}-{i % 28 + 1:02d}T{i % 24:02d}:30:00Z',
                    'CUSTOMER_ID': i % 7,
                    'TX_AMOUNT': round((i * 37 % 101) * 1.7, 2),
                    'TX_FRAUD': int(i % 50 == 0),
                    'device': {'os': 'ios' if i % 3 else None},
                }
            )
        return found

    def run_job(self):
        return run(
            os.path.join(HERE, 'scripts', 'enrich_transactions.py'),
            '--JOB_NAME',
            'enrich',
            '--JOB_RUN_ID',
            'jr_1',
            '--job-bookmark-option',
            'job-bookmark-enable',
            '--database',
            'fraud',
            '--output_path',
            's3://processed/tx/',
        )

    def test_joined_normalised_partitioned_and_not_twice(self):
        profiles = 'customer_id,segment,limit\n' + ''.join(
            f'{c},{"gold" if c % 2 else "basic"},{c * 20}\n' for c in range(6)
        )
        self.lake.put('s3://fraud/profiles/export.csv', profiles)
        april, may = self.transactions(0, 300, '04'), self.transactions(300, 200, '05')
        self.lake.put('s3://fraud/events/year=2018/month=04/a.json', april)
        self.lake.put('s3://fraud/events/year=2018/month=05/b.json', may)
        columns = [
            ('transaction_id', 'bigint'),
            ('tx_datetime', 'string'),
            ('customer_id', 'bigint'),
            ('tx_amount', 'double'),
            ('tx_fraud', 'int'),
            ('device', 'struct<os:string>'),
        ]
        named = [{'name': n, 'type': k} for n, k in columns]
        keys = [{'name': 'year', 'type': 'string'}, {'name': 'month', 'type': 'string'}]
        self.lake.table(
            'fraud',
            'events',
            location='s3://fraud/events/',
            format='json',
            columns=named,
            partitionKeys=keys,
        )
        texts = [{'name': n, 'type': 'string'} for n in ('customer_id', 'segment', 'limit')]
        self.lake.table(
            'fraud',
            'profiles',
            location='s3://fraud/profiles/',
            format='csv',
            columns=texts,
            formatOptions={'separator': ',', 'withHeader': True},
        )

        code, out, err = self.run_job()
        self.assertEqual((code, out), (0, ''), err)
        known = [t for t in [*april, *may] if t['CUSTOMER_ID'] < 6]
        self.assertIn(f'GlueLogger: joined {len(known)} transactions', err)
        self.assertEqual(
            sorted(k.rsplit('/', 1)[0] for k in self.lake.objects('s3://processed/tx/')),
            ['s3://processed/tx/year=2018/month=04', 's3://processed/tx/year=2018/month=05'],
        )
        self.check(known)

        self.lake.next_run()
        code, _, err = self.run_job()
        self.assertEqual((code, 'joined 0 transactions' in err), (0, True), err)
        self.assertEqual(len(self.lake.objects('s3://processed/tx/')), 2)

        self.lake.next_run()
        self.lake.put(
            's3://fraud/events/year=2018/month=05/c.json', self.transactions(500, 10, '05')
        )
        code, _, err = self.run_job()
        self.assertEqual((code, len(self.lake.objects('s3://processed/tx/'))), (0, 3), err)

    def check(self, known):
        from pyspark.sql import SparkSession

        rows = SparkSession.builder.getOrCreate().table('fraud.processed').collect()
        self.assertEqual(len(rows), len(known))
        segments = {}
        for one in known:
            segments.setdefault(one['CUSTOMER_ID'] % 2, []).append(one['TX_AMOUNT'])
        by_id = {row.transaction_id: row for row in rows}
        customers = {}
        for one in known:
            customers.setdefault(one['CUSTOMER_ID'], []).append(one)
        for one in known:
            row, amounts = by_id[one['TRANSACTION_ID']], segments[one['CUSTOMER_ID'] % 2]
            scaled = (one['TX_AMOUNT'] - min(amounts)) / (max(amounts) - min(amounts))
            mean = sum(t['TX_AMOUNT'] for t in customers[one['CUSTOMER_ID']]) / len(
                customers[one['CUSTOMER_ID']]
            )
            self.assertAlmostEqual(row.amount_scaled, scaled, 5)
            self.assertAlmostEqual(row.customer_mean, mean, 8)
            self.assertEqual(
                (row.customer_id, row.os, row.over_limit, row.hour, row.segment, row.month),
                (
                    one['CUSTOMER_ID'],
                    one['device']['os'],
                    int(one['TX_AMOUNT'] > one['CUSTOMER_ID'] * 20),
                    int(one['TX_DATETIME'][11:13]),
                    'gold' if one['CUSTOMER_ID'] % 2 else 'basic',
                    one['TX_DATETIME'][5:7],
                ),
            )
            ordered = sorted(customers[one['CUSTOMER_ID']], key=lambda t: t['TX_DATETIME'])
            times = [t['TX_DATETIME'] for t in ordered]
            self.assertEqual(times[row.nth - 1], one['TX_DATETIME'])


if __name__ == '__main__':
    unittest.main()
