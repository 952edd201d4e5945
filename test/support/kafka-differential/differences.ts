type Differences = Readonly<Record<string, Readonly<Record<string, string>>>>

const CUT = 'Apache Kafka cuts the connection; here the request is refused by name'
const UNKNOWN = 'Apache Kafka answers UNKNOWN_SERVER_ERROR; here the request is refused by name'
const RECORDS = 'The header of a batch is checked, not its records: none of them is named'
const NO_COUNT = 'The sizes of the disk are not told'
const EMPTY_GROUP = 'A group has a name, also where it keeps offsets only'
const LOGINS = 'The one port takes logins, plain and encrypted'
const ANY_SOFTWARE = 'Any name of software is taken'

/** Where the answers differ, and why: by script, then by label. Everything else is the same. */
export const differences: Differences = {
  writes: {
    'compressed by nothing known': UNKNOWN,
    'append time': 'Only a broker stamps the time of append',
  },
  limitedWrites: {
    'too old': RECORDS,
    'too new': RECORDS,
    'without key': RECORDS,
    'too few in sync': 'There is one replica: min.insync.replicas above 1 refuses acks=all',
  },
  reads: {
    'isolation level of nobody': 'All but level 1 reads everything; Apache Kafka fails',
    'as a follower': 'There is one broker, which nobody follows',
  },
  listOffsets: {
    twice: 'Both mentions of a partition are refused, where Apache Kafka answers one',
  },
  deletedRecords: {
    'greatest of nothing': 'Records that were deleted are not found by their time',
  },
  offsets: {
    'commit: empty group': EMPTY_GROUP,
    'fetch: empty group': EMPTY_GROUP,
  },
  states: {
    described: 'Offsets of groups are not in a topic, so that none is part of a transaction',
  },
  metadata: {
    'by neither': UNKNOWN,
    'version 11 by id': 'Topics are found by id from version 10 on, not from 12',
    made: 'A topic that was asked for is there at once',
  },
  describedPartitions: {
    behind: 'A cursor behind all topics has an empty page',
    'negative cursor': 'A cursor before the first partition is at the first',
  },
  makesTopics: {
    validated: 'Apache Kafka makes up an id for a topic that it does not make',
  },
  deletesTopics: {
    'by name and id': 'The topic is deleted by its name, and not found by its id then',
  },
  others: {
    'log directories': NO_COUNT,
    'log directories of nothing': NO_COUNT,
  },
  configs: {
    'describe: topic with synonyms': 'The default of the broker is a synonym here, too',
    'describe: unknown group': 'Groups have no configs',
    'operation of nobody': UNKNOWN,
    'empty topic': 'A topic without a name does not exist',
  },
  acls: {
    'create: pattern of any': UNKNOWN,
    'create: pattern of match': UNKNOWN,
    'create: any resource': UNKNOWN,
    'create: unknown resource': CUT,
    'create: any operation': UNKNOWN,
    'create: empty host': 'A host is one, or all: a rule for none is refused',
    'describe all': 'There is no rule for an empty host',
    'describe by match': 'There is no rule for an empty host',
    'describe literal': 'There is no rule for an empty host',
    'describe unknown type': CUT,
    'describe unknown operation': CUT,
    'describe unknown permission': CUT,
    'describe unknown pattern': CUT,
    'delete unknown type': CUT,
    'delete all': 'There is no rule for an empty host',
  },
  conversations: {
    handshake: LOGINS,
    'handshake after': LOGINS,
    'login without handshake': LOGINS,
    'empty software': ANY_SOFTWARE,
    'strange software': ANY_SOFTWARE,
    'strange version': ANY_SOFTWARE,
  },
}
