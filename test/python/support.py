"""What the tests of python/ share: a host on the other end of the channel, and its lake."""

import atexit
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'python')
if PYTHON not in sys.path:
    sys.path.insert(0, PYTHON)

from headrace_job import channel  # noqa: E402


class Host:
    """One a test process: node with DuckDB, ended with it."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix='headrace-python-')
        self.process = subprocess.Popen(
            ['node', os.path.join(HERE, 'host.mjs'), self.root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.channel = channel.Channel(self.process.stdout, self.process.stdin)
        channel.use(self.channel)
        # Answers once it is up, with its directories made.
        self.channel.start()
        atexit.register(self.close)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def put(self, key, text):
        if isinstance(text, (list, tuple)):
            text = ''.join(json.dumps(row) + '\n' for row in text)
        return self.channel.call('test.put', key=key, text=text)['path']

    def put_bytes(self, key, data):
        self.channel.call('test.put', key=key, base64=base64.b64encode(data).decode())

    def put_parquet(self, key, query):
        path = self.channel.call('test.path', key=key)['path']
        self.channel.call('sql', sql=f"COPY ({query}) TO '{path}' (FORMAT parquet)")

    def objects(self, path):
        return self.channel.call('test.objects', path=path)['keys']

    def text(self, key):
        return base64.b64decode(self.channel.call('test.get', key=key)['base64'])

    def table(self, database, name=None, **rest):
        self.channel.call('test.table', database=database, name=name, **rest)

    def next_run(self):
        self.channel.call('test.next-run')


_hosts = []


def host():
    if not _hosts:
        _hosts.append(Host())
    return _hosts[0]


def spark():
    from pyspark.sql import SparkSession

    host()
    return SparkSession.builder.getOrCreate()


def verified(frame):
    """The frame, its types found to be those that the session really has."""
    from headrace_job.expression.duck_types import duck_type
    from headrace_job.frame.execution import render

    def bare(text):
        return text.replace('"', '')

    engine = frame._engine
    engine.prepare(frame._plan)
    for attribute, (_, kind) in zip(frame._plan.attributes, engine.describe(render(frame._plan))):
        if kind != '"NULL"' and bare(kind) != bare(duck_type(attribute.type)):
            raise AssertionError(f'{attribute.name}: said {duck_type(attribute.type)}, is {kind}')
    return frame
