"""A job run: where its bookmark begins and ends."""

from headrace_job import channel


class Job:
    """`init` makes the sources that follow obey the bookmark; `commit` moves it over what they gave."""

    _initialised = False
    _bookmark = None

    def __init__(self, glue_context=None):
        self._glue_context = glue_context
        self.job_name = None

    def init(self, job_name, args=None):
        arguments = {
            str(name): str(value) for name, value in (args or {}).items() if value is not None
        }
        answer = channel.current().call('init', name=job_name, arguments=arguments)
        self.job_name = job_name
        Job._bookmark = answer.get('bookmark')
        Job._initialised = True

    def isInitialized(self):
        return Job._initialised

    def commit(self):
        channel.current().call('commit')
