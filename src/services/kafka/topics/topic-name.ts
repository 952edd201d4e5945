import { TOPIC_NAME_MAX } from './limits.ts'

const LEGAL = /^[a-zA-Z0-9._-]+$/

/** What is wrong with a name for a new topic; undefined when nothing is. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed'
  if (name === '.' || name === '..') return "Topic name is invalid: '.' or '..' is not allowed"
  if (name.length > TOPIC_NAME_MAX) {
    return (
      `Topic name is invalid: the length of '${name}' is longer than ${TOPIC_NAME_MAX} characters, ` +
      'the most that a Kinesis stream can have, which every topic is'
    )
  }
  if (LEGAL.test(name)) return undefined
  return (
    `Topic name is invalid: '${name}' contains one or more characters other than ASCII ` +
    "alphanumerics, '.', '_' and '-'"
  )
}

/** Whether names could collide at all: the names of metrics do not tell the two characters apart. */
export function canCollide(name: string): boolean {
  return name.includes('.') || name.includes('_')
}

/** Names that are the same where `.` is written as `_`, as tools that take metrics do. */
export function collides(name: string, other: string): boolean {
  return name !== other && name.replaceAll('.', '_') === other.replaceAll('.', '_')
}
