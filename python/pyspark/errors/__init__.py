"""The exceptions that scripts catch."""


class PySparkException(Exception):
    def __init__(self, message=None, error_class=None, message_parameters=None):
        super().__init__(message)
        self.message = message
        self.desc = message
        self._error_class = error_class
        self._message_parameters = message_parameters or {}

    def getErrorClass(self):
        return self._error_class

    def getMessageParameters(self):
        return self._message_parameters

    def __str__(self):
        return str(self.message)


class AnalysisException(PySparkException):
    """A name, type or statement that makes no sense, found before anything runs."""


class ParseException(AnalysisException):
    pass


class IllegalArgumentException(PySparkException):
    pass


class QueryExecutionException(PySparkException):
    pass


class PythonException(PySparkException):
    """A Python function called for rows raised."""


class SparkRuntimeException(PySparkException):
    pass


class UnsupportedOperationException(PySparkException):
    pass


class PySparkTypeError(PySparkException, TypeError):
    pass


class PySparkValueError(PySparkException, ValueError):
    pass


class PySparkAttributeError(PySparkException, AttributeError):
    pass


def refused(what):
    """The one way to say that something is not there."""
    return NotImplementedError(f"{what} is not built into Headrace's Spark engine")
