"""Python functions as functions of columns."""

import functools

from headrace_job.expression.nodes import PythonCall
from pyspark.errors import refused
from pyspark.sql import types as t
from pyspark.sql.column import Column, named_expression


class UserDefinedFunction:
    """Calls the function for each row. `returnType` is a type or its name."""

    def __init__(self, func, returnType='string', name=None):
        self.func = func
        self.returnType = t.as_type(returnType)
        self._name = name or getattr(func, '__name__', type(func).__name__)
        functools.update_wrapper(self, func, updated=()) if hasattr(func, '__name__') else None

    def __call__(self, *cols, **named):
        if named:
            raise refused('a udf called with named arguments')
        arguments = [named_expression(c) for c in cols]
        return Column(PythonCall(self.func, arguments, self.returnType, self._name))

    def asNondeterministic(self):
        return self


def udf(f=None, returnType='string', *, useArrow=None):
    """Makes a udf, as a function or as a decorator with or without a type."""
    if f is None or isinstance(f, (str, t.DataType)):
        kind = f if f is not None else returnType
        return lambda function: UserDefinedFunction(function, kind)
    if not callable(f):
        raise TypeError(
            f'Invalid function: not a function or callable (__call__ is not defined): {type(f)}'
        )
    return UserDefinedFunction(f, returnType)


def pandas_udf(f=None, returnType=None, functionType=None):
    raise refused('pandas_udf()')


class UDFRegistration:
    """`spark.udf.register`: a Python function under a name for SQL."""

    def __init__(self, session):
        self._session = session

    def register(self, name, f, returnType=None):
        if isinstance(f, UserDefinedFunction):
            made = UserDefinedFunction(f.func, f.returnType, name)
        else:
            made = UserDefinedFunction(f, returnType or 'string', name)
        self._session._functions[name.lower()] = made
        return made

    def registerJavaFunction(self, name, javaClassName, returnType=None):
        raise refused('udf.registerJavaFunction()')
