import { expect, test } from 'vitest'
import { errorMessageOf } from './error-message.ts'

const traceback = [
  'Traceback (most recent call last):',
  '  File "job.py", line 3, in <module>',
  '    f()',
]

test('the message is the exception that ended the script, without its module', () => {
  expect(errorMessageOf(['warning: x', ...traceback, 'ValueError: no rows'], 1)).toBe(
    'ValueError: no rows',
  )
  const botocore = 'botocore.exceptions.ClientError: An error occurred (NoSuchKey)'
  expect(errorMessageOf([...traceback, botocore, 'more of it'], 1)).toBe(
    'ClientError: An error occurred (NoSuchKey)\nmore of it',
  )
})

test('of chained exceptions the last one counts', () => {
  const first = [...traceback, 'KeyError: 1', '', 'During handling of the above exception:', '']
  expect(errorMessageOf([...first, ...traceback, 'RuntimeError: second'], 1)).toBe(
    'RuntimeError: second',
  )
})

test('a syntax error tells its place', () => {
  const lines = [
    '  File "/x/script/job.py", line 7',
    '    def f(:',
    '          ^',
    'SyntaxError: invalid syntax',
  ]
  expect(errorMessageOf(lines, 1)).toBe('SyntaxError: invalid syntax (job.py, line 7)')
})

test('without a traceback the exit code is all there is', () => {
  expect(errorMessageOf(['bye'], 3)).toBe('SystemExit: 3')
})
