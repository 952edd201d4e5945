"""`python -m headrace_job script.py --NAME value …`"""

import sys

from headrace_job.launcher import main

if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
