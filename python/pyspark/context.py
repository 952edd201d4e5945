"""The context of a program. There is no cluster: it holds settings and hands out values."""

import datetime
import os

from pyspark.conf import SparkConf
from pyspark.errors import refused
from pyspark.version import __version__


class Broadcast:
    """A value for functions to read."""

    def __init__(self, value):
        self._value = value

    @property
    def value(self):
        return self._value

    def unpersist(self, blocking=False):
        return None

    def destroy(self, blocking=False):
        self._value = None


class Accumulator:
    """A number that functions add to; they run in this process."""

    def __init__(self, value, add=None):
        self.value = value
        self._add = add

    def add(self, term):
        self.value = self._add.addInPlace(self.value, term) if self._add else self.value + term

    def __iadd__(self, term):
        self.add(term)
        return self


class SparkContext:
    """One a process, as in Spark; `SparkContext()` again answers another face of the same."""

    _active_spark_context = None

    def __init__(
        self,
        master=None,
        appName=None,
        sparkHome=None,
        pyFiles=None,
        environment=None,
        batchSize=0,
        serializer=None,
        conf=None,
        **_more,
    ):
        active = SparkContext._active_spark_context
        self._conf = conf or (active._conf if active else SparkConf())
        self.appName = appName or self._conf.get('spark.app.name') or 'headrace'
        self.master = master or 'local[*]'
        self.startTime = int(datetime.datetime.now().timestamp() * 1000)
        SparkContext._active_spark_context = self

    @classmethod
    def getOrCreate(cls, conf=None):
        active = SparkContext._active_spark_context
        return active if active else cls(conf=conf)

    version = __version__
    defaultParallelism = 1
    defaultMinPartitions = 1
    pythonVer = '3'

    @property
    def applicationId(self):
        from headrace_job import channel

        return f'spark-application-{channel.current().start().get("runId", os.getpid())}'

    def getConf(self):
        return self._conf

    def setLogLevel(self, logLevel):
        """There is no Spark log to filter."""

    def setJobGroup(self, groupId, description, interruptOnCancel=False):
        """There are no Spark jobs to group."""

    def setJobDescription(self, value):
        """There are no Spark jobs to describe."""

    def setLocalProperty(self, key, value):
        """Properties of Spark's scheduler, which is not there."""

    def broadcast(self, value):
        return Broadcast(value)

    def accumulator(self, value, accum_param=None):
        return Accumulator(value, accum_param)

    def stop(self):
        SparkContext._active_spark_context = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stop()

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        raise refused(f'SparkContext.{name}')
