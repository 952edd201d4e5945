"""`getResolvedOptions`: a job's arguments.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

import argparse

# Arguments that Glue itself gives to a script; a script must not ask for them, but gets them.
_OWN = [
    'job-bookmark-option',
    'job-bookmark-from',
    'job-bookmark-to',
    'JOB_ID',
    'JOB_RUN_ID',
    'SECURITY_CONFIGURATION',
    'encryption-type',
    'enable-data-lineage',
    'RedshiftTempDir',
    'TempDir',
]
_ALWAYS = ['job-bookmark-option']


class GlueArgumentError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise GlueArgumentError(message)


def getResolvedOptions(args, options):
    """The values of the named arguments in `args` (`sys.argv`), as a dict; each of them must be there.
    Arguments that were not asked for are passed over. A dash in a name becomes an underscore."""
    parser = _Parser(prog=args[0] if args else 'script', add_help=False)
    reserved = [
        option
        for option in options
        if option in _OWN and option not in ('TempDir', 'RedshiftTempDir')
    ]
    if reserved:
        raise RuntimeError(f'Using reserved arguments {reserved}')
    for name in _OWN:
        if name not in options:
            default = 'job-bookmark-disable' if name in _ALWAYS else None
            parser.add_argument(f'--{name}', nargs='?', default=default)
    for name in options:
        parser.add_argument(f'--{name}', required=True)
    found, _ = parser.parse_known_args(args[1:])
    return vars(found)
