"""Runs a job's script as Glue does: as `__main__`, with its arguments in `sys.argv`.

Exit codes: what the script exits with; 1 when it raised, with the traceback on stderr and `Type: message`
on one line told to the server, which shows it as the run's ErrorMessage.
`HEADRACE_EXTRA_PY_FILES`: paths of .py, .zip and .whl files (or folders), separated as in PATH, that
the script may import from.
"""

import os
import sys
import traceback
import types

from headrace_job import channel

_MESSAGE_MAX = 2000


def main(arguments):
    if not arguments:
        print('usage: python -m headrace_job script.py [--NAME value …]', file=sys.stderr)
        return 2
    script = arguments[0]
    _prepare(script, arguments)
    code = _run(script)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1
    return code


def _prepare(script, arguments):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding='utf-8', errors='backslashreplace', line_buffering=True)
    sys.argv = list(arguments)
    # This package's own folder first: a script must not get another pyspark by chance.
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    extra = [
        path for path in os.environ.get('HEADRACE_EXTRA_PY_FILES', '').split(os.pathsep) if path
    ]
    folders = [os.path.dirname(path) if path.endswith('.py') else path for path in extra]
    rest = [path for path in sys.path if path not in (own, '')]
    sys.path[:] = [own, os.path.dirname(os.path.abspath(script)), *dict.fromkeys(folders), *rest]


def _run(script):
    module = types.ModuleType('__main__')
    module.__file__ = script
    module.__builtins__ = __builtins__
    try:
        with open(script, 'rb') as file:
            source = file.read()
        sys.modules['__main__'] = module
        exec(compile(source, script, 'exec'), module.__dict__)
        return 0
    except SystemExit as exit:
        return _exit_code(exit)
    except KeyboardInterrupt:
        return 130
    except BaseException as error:
        _report(error)
        return 1


def _exit_code(exit):
    if exit.code is None or exit.code == 0:
        return 0
    if isinstance(exit.code, int):
        _tell(f'SystemExit: {exit.code}')
        return exit.code & 0xFF or 1
    print(exit.code, file=sys.stderr)
    _tell(f'SystemExit: {exit.code}')
    return 1


def _report(error):
    """The traceback from the script's own first line on, and its last line to the server."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    sys.stdout.flush()
    traceback.print_exception(type(error), error, trace)
    sys.stderr.flush()
    _tell(last_line(error))


def last_line(error):
    """`Type: message` on one line."""
    text = ' '.join(str(error).split())
    if isinstance(error, SyntaxError) and error.filename:
        text = f'{error.msg} ({os.path.basename(error.filename)}, line {error.lineno})'
    name = type(error).__name__
    line = f'{name}: {text}' if text else name
    return line if len(line) <= _MESSAGE_MAX else line[: _MESSAGE_MAX - 1] + '…'


def _tell(message):
    try:
        channel.current().call('failed', message=message)
    except Exception:
        # The server has gone: nobody is left to be told.
        return
