"""Only the exceptions that scripts catch: there is no Java here."""


class Py4JError(Exception):
    pass


class Py4JJavaError(Py4JError):
    """The engine failed: out of memory, gone."""

    def __init__(self, message='', java_exception=None):
        super().__init__(message)
        self.java_exception = java_exception
        self.errmsg = message
