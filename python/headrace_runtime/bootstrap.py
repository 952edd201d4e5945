"""Runs a Lambda function written for Python: fetches events from the Runtime API, calls the
handler, sends the answers. Started once for each instance; Python 3.9 and newer."""

import http.client
import importlib
import json
import logging
import os
import socket
import sys
import threading
import time
import traceback

# File descriptor 3 is a pipe to the server; it closes when the server is gone, however it went.
CHANNEL = 3


class RuntimeFailure(Exception):
    """A failure of the runtime itself, with the name that Lambda gives it."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.trace = trace or []


class RuntimeClient:
    """The runtime's side of the Lambda Runtime API, on one connection."""

    def __init__(self, address):
        host, _, path = address.partition("/")
        self.base = (f"/{path}" if path else "") + "/2018-06-01/runtime/"
        self.connection = http.client.HTTPConnection(host)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, method, path, body=None):
        self.connection.request(method, self.base + path, body)
        response = self.connection.getresponse()
        return response.headers, response.read()

    def next(self):
        headers, body = self.call("GET", "invocation/next")
        return LambdaContext(headers), body

    def answer(self, request_id, body):
        self.call("POST", f"invocation/{request_id}/response", body)

    def fail(self, request_id, document):
        self.call("POST", f"invocation/{request_id}/error", json.dumps(document).encode())

    def fail_init(self, document):
        self.call("POST", "init/error", json.dumps(document).encode())


class ClientContext:
    def __init__(self, document):
        self.custom = document.get("custom")
        self.env = document.get("env")
        self.client = document.get("client")


class LambdaContext:
    """What a handler gets beside the event (AWS docs: "Lambda context object in Python")."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.identity = None
        context = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(context)) if context else None

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


class LogHandler(logging.Handler):
    """One line a record: a line break inside is written as a carriage return, which the server
    turns back."""

    def emit(self, record):
        sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")


class RequestIdFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = self.request_id
        return True


def set_up_logging():
    """AWS: the root logger of a function starts at WARNING and prints with the request id."""
    handler = LogHandler()
    request_ids = RequestIdFilter()
    handler.addFilter(request_ids)
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
        "%Y-%m-%dT%H:%M:%S",
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    return request_ids


def load_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise RuntimeFailure("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFailure(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        )
    except SyntaxError as error:
        raise RuntimeFailure(
            "Runtime.UserCodeSyntaxError",
            f"Syntax error in module '{module_name}': {error}",
            [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'],
        )
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise RuntimeFailure(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        )


def error_document(error, request_id=None):
    if isinstance(error, RuntimeFailure):
        error_type, trace = error.error_type, error.trace
    else:
        error_type = type(error).__name__
        trace = traceback.format_tb(error.__traceback__)[1:]
    document = {"errorMessage": str(error), "errorType": error_type}
    if request_id is not None:
        document["requestId"] = request_id
    document["stackTrace"] = trace
    return document


def print_error(document):
    lines = [f"[ERROR] {document['errorType']}: {document['errorMessage']}"]
    if document["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        lines.extend(part.rstrip("\n") for part in document["stackTrace"])
    print("\n".join(lines).replace("\n", "\r"))


def to_json(value):
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError) as error:
        raise RuntimeFailure("Runtime.MarshalError", f"Unable to marshal response: {error}")


def handle(runtime, handler, context, payload):
    request_id = context.aws_request_id
    try:
        body = to_json(handler(json.loads(payload), context))
    except BaseException as error:  # SystemExit ends the instance, as in Lambda
        document = error_document(error, request_id)
        if isinstance(error, SystemExit):
            raise
        print_error(document)
        sys.stdout.flush()
        sys.stderr.flush()
        runtime.fail(request_id, document)
        return
    sys.stdout.flush()
    sys.stderr.flush()
    runtime.answer(request_id, body)


def exit_with_parent():
    def wait():
        try:
            os.read(CHANNEL, 1)
        finally:
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main():
    exit_with_parent()
    sys.stdout.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")
    # The directory of this file stands first; the function's own directory takes its place.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    runtime = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    request_ids = set_up_logging()
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:
        document = error_document(error)
        print_error(document)
        runtime.fail_init(document)
        sys.exit(1)
    while True:
        context, payload = runtime.next()
        request_ids.request_id = context.aws_request_id
        handle(runtime, handler, context, payload)


if __name__ == "__main__":
    main()
