"""The job's side of the channel that src/services/glue/jobs/job-channel.ts specifies."""

import json
import os
import threading


class ServiceException(Exception):
    """An AWS error that the server answered; `code` is its name."""

    def __init__(self, code, message):
        super().__init__(f'{code}: {message}')
        self.code = code
        self.message = message


class ChannelClosed(Exception):
    """The server has gone."""


class Channel:
    """Sends requests and reads their answers, one at a time; threads wait for one another."""

    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer
        self._last = 0
        self._started = None
        self._lock = threading.Lock()

    def call(self, op, **fields):
        """The result of an operation; raises what the server answered as an error."""
        with self._lock:
            self._last += 1
            request = {'id': self._last, 'op': op, **fields}
            try:
                self._writer.write(json.dumps(request, ensure_ascii=False).encode() + b'\n')
                self._writer.flush()
                line = self._reader.readline()
            except OSError as error:
                raise ChannelClosed('the connection to the server was lost') from error
        if not line:
            raise ChannelClosed('the server has gone')
        answer = json.loads(line)
        if 'error' in answer:
            raise _exception(answer['error'])
        return answer.get('result')

    def start(self):
        """What the server says of this run (asked once)."""
        if self._started is None:
            self._started = self.call('start')
        return self._started


def _exception(error):
    # Here and not above: pyspark's modules import this one.
    from pyspark.errors import AnalysisException, UnsupportedOperationException

    kind, message = error.get('type', 'Exception'), error.get('message', '')
    if kind == 'AnalysisException':
        return AnalysisException(message)
    if kind == 'UnsupportedOperationException':
        return UnsupportedOperationException(message)
    if kind == 'Py4JJavaError':
        from py4j.protocol import Py4JJavaError

        return Py4JJavaError(message)
    return ServiceException(kind, message)


class _Current:
    channel = None
    lock = threading.Lock()


def current():
    """The channel of this process: descriptors 3 and 4, unless a test has put another in place."""
    with _Current.lock:
        if _Current.channel is None:
            try:
                _Current.channel = Channel(os.fdopen(3, 'rb'), os.fdopen(4, 'wb'))
            except OSError:
                raise RuntimeError(
                    'This script needs Headrace: start it as a Glue job (StartJobRun), not with plain python.'
                ) from None
        return _Current.channel


def use(channel):
    """Puts a channel in place (for tests)."""
    _Current.channel = channel
