"""Settings. Those that only tune Spark's cluster are kept and given back; those that would change
results are refused (see `check`)."""

from pyspark.errors import refused

# Settings that change what a program computes, and the one value that is true here.
_FIXED = {
    'spark.sql.session.timezone': ('utc', 'etc/utc', 'gmt', 'z', '+00:00'),
    'spark.sql.casesensitive': ('false',),
    'spark.sql.ansi.enabled': ('false',),
    'spark.sql.legacy.sizeofnull': ('true',),
    'spark.sql.mapkeydeduppolicy': ('exception', 'last_win'),
    'spark.sql.legacy.timeparserpolicy': ('corrected', 'exception', 'legacy'),
    'spark.sql.storeassignmentpolicy': ('ansi', 'legacy'),
    'spark.sql.groupbyordinal': ('true',),
    'spark.sql.orderbyordinal': ('true',),
}
_PREFIXES_REFUSED = ('spark.sql.catalog.', 'spark.sql.extensions', 'spark.jars', 'spark.submit.')


def check(key, value):
    """Raises NotImplementedError for a setting that would have no effect but ought to."""
    lowered = key.lower()
    if lowered in _FIXED and str(value).lower() not in _FIXED[lowered]:
        raise refused(f'the setting {key}={value}')
    if any(lowered.startswith(prefix) for prefix in _PREFIXES_REFUSED):
        raise refused(f'the setting {key}')


class SparkConf:
    def __init__(self, loadDefaults=True, _jvm=None, _jconf=None):
        self._values = {}

    def set(self, key, value):
        check(key, value)
        self._values[key] = str(value)
        return self

    def setIfMissing(self, key, value):
        return self if key in self._values else self.set(key, value)

    def setAll(self, pairs):
        for key, value in pairs:
            self.set(key, value)
        return self

    def setAppName(self, value):
        return self.set('spark.app.name', value)

    def setMaster(self, value):
        return self.set('spark.master', value)

    def setExecutorEnv(self, key=None, value=None, pairs=None):
        raise refused('SparkConf.setExecutorEnv()')

    def get(self, key, defaultValue=None):
        return self._values.get(key, defaultValue)

    def getAll(self):
        return list(self._values.items())

    def contains(self, key):
        return key in self._values

    def toDebugString(self):
        return '\n'.join(f'{key}={value}' for key, value in sorted(self._values.items()))
