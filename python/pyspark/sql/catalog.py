"""`spark.catalog`: temporary views and the Glue catalog."""

from collections import namedtuple

from headrace_job.frame.execution import Cache
from headrace_job.channel import ServiceException
from pyspark.errors import refused
from pyspark.sql.column import split_name

Database = namedtuple('Database', 'name catalog description locationUri')
Table = namedtuple('Table', 'name catalog namespace description tableType isTemporary')
Column = namedtuple('Column', 'name description dataType nullable isPartition isBucket')


class Catalog:
    def __init__(self, session):
        self._session = session

    def _call(self, op, **fields):
        return self._session._engine.channel.call(op, **fields)

    def currentDatabase(self):
        return self._session.current_database

    def setCurrentDatabase(self, dbName):
        self._session.current_database = dbName

    def currentCatalog(self):
        return 'spark_catalog'

    def listDatabases(self, pattern=None):
        if pattern:
            raise refused('catalog.listDatabases() with a pattern')
        found = self._call('catalog.databases')['databases']
        return [
            Database(d['name'], 'spark_catalog', d.get('description'), d.get('locationUri'))
            for d in found
        ]

    def databaseExists(self, dbName):
        return any(d.name == dbName.lower() for d in self.listDatabases())

    def listTables(self, dbName=None, pattern=None):
        if pattern:
            raise refused('catalog.listTables() with a pattern')
        database = dbName or self._session.current_database
        names = self._call('catalog.tables', database=database)['tables']
        tables = [
            Table(name, 'spark_catalog', [database], None, 'EXTERNAL', False) for name in names
        ]
        return tables + [
            Table(name, None, [], None, 'TEMPORARY', True) for name in self._session._views
        ]

    def tableExists(self, tableName, dbName=None):
        names = split_name(tableName)
        if dbName is None and len(names) == 1 and names[0].lower() in self._session._views:
            return True
        database = dbName or (names[-2] if len(names) > 1 else self._session.current_database)
        try:
            self._call('catalog.table', database=database, table=names[-1])
        except ServiceException as error:
            if error.code == 'EntityNotFoundException':
                return False
            raise
        return True

    def listColumns(self, tableName, dbName=None):
        names = split_name(tableName)
        database = dbName or (names[-2] if len(names) > 1 else self._session.current_database)
        table = self._call('catalog.table', database=database, table=names[-1])
        plain = [Column(c['name'], None, c['type'], True, False, False) for c in table['columns']]
        return plain + [
            Column(c['name'], None, c['type'], True, True, False) for c in table['partitionKeys']
        ]

    def dropTempView(self, viewName):
        return self._session._views.pop(viewName.lower(), None) is not None

    dropGlobalTempView = dropTempView

    def cacheTable(self, tableName, storageLevel=None):
        plan = self._session._table_plan(split_name(tableName))
        plan.cache = plan.cache or Cache()
        self._session._views.setdefault(split_name(tableName)[-1].lower(), plan)

    def uncacheTable(self, tableName):
        self._session._table_plan(split_name(tableName)).cache = None

    def isCached(self, tableName):
        return self._session._table_plan(split_name(tableName)).cache is not None

    def clearCache(self):
        for plan in self._session._views.values():
            plan.cache = None

    def refreshTable(self, tableName):
        """Nothing is remembered of tables: each use asks the catalog anew."""

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        raise refused(f'catalog.{name}()')
