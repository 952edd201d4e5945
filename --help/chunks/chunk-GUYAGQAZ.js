import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  createKafkaCodec,
  isRetriableKafkaError,
  kafkaApi,
  kafkaApis,
  kafkaErrorName
} from "./chunk-EECGSN53.js";
import {
  createAbort
} from "./chunk-M6NOBN7W.js";
import {
  encodeRecordBatch
} from "./chunk-4O7NB4CF.js";
import {
  crc32c
} from "./chunk-56N5GX3A.js";
import {
  present
} from "./chunk-SJF4ROPC.js";
import {
  EngineError
} from "./chunk-VCNPK3W3.js";

// src/engines/kafka-client/kafka-connection.ts
import { connect } from "node:net";

// src/engines/kafka-client/frame-splitter.ts
var FRAME_BYTES_MAX = 200 << 20;
var LENGTH_BYTES = 4;
function createFrameSplitter(onFrame) {
  let pieces = [];
  let size = 0;
  let wanted = 0;
  function collected() {
    const [first] = pieces;
    const all = pieces.length === 1 && first ? first : Buffer.concat(pieces);
    pieces = [all];
    return all;
  }
  return {
    /** Throws `corrupt` for a length that no frame has. */
    add(bytes) {
      pieces.push(bytes);
      size += bytes.length;
      while (size >= (wanted || LENGTH_BYTES)) {
        const all = collected();
        if (wanted === 0) {
          const length = all.readInt32BE(0);
          if (length < LENGTH_BYTES || length > FRAME_BYTES_MAX) {
            throw new EngineError("corrupt", `a frame of ${length} bytes`);
          }
          wanted = LENGTH_BYTES + length;
          continue;
        }
        const frame = all.subarray(LENGTH_BYTES, wanted);
        const rest = all.subarray(wanted);
        pieces = rest.length > 0 ? [rest] : [];
        size = rest.length;
        wanted = 0;
        onFrame(frame);
      }
    }
  };
}

// src/engines/kafka-client/kafka-fault.ts
var kinds = {
  UNKNOWN_TOPIC_OR_PARTITION: "not-found",
  UNKNOWN_TOPIC_ID: "not-found",
  OFFSET_OUT_OF_RANGE: "invalid",
  MESSAGE_TOO_LARGE: "invalid",
  RECORD_LIST_TOO_LARGE: "invalid",
  CORRUPT_MESSAGE: "corrupt",
  REQUEST_TIMED_OUT: "timeout",
  UNSUPPORTED_VERSION: "unsupported"
};
var KafkaFault = class extends EngineError {
  /** `NETWORK_EXCEPTION` when the connection was lost or never came about. */
  code;
  constructor(code, what, cause) {
    super(kinds[code] ?? "unavailable", `Apache Kafka: ${what}: ${code}`, cause);
    this.code = code;
  }
  /** Whether the same may succeed later, perhaps at another broker. */
  isRetriable() {
    return isRetriableKafkaError(this.code);
  }
};
function isOutOfRange(error) {
  return error instanceof KafkaFault && error.code === "OFFSET_OUT_OF_RANGE";
}
function refuseErrorCode(errorCode, what) {
  if (errorCode !== 0) throw new KafkaFault(kafkaErrorName(errorCode), what);
}

// src/engines/kafka-client/kafka-connection.ts
var CLIENT_ID = "headrace";
var FETCH_VERSION_MAX = 12;
var API_VERSIONS_VERSION = 3;
async function connectKafka(options) {
  const wire = await openWire(options);
  try {
    const versions = await agreeOnVersions(wire, options.timeoutMs);
    return {
      async call(name, request, timeoutMs) {
        const version = versions.get(name);
        if (version === void 0) {
          throw new KafkaFault("UNSUPPORTED_VERSION", `no version of ${name} is common`);
        }
        return wire.send(name, version, request, timeoutMs);
      },
      isOpen: wire.isOpen,
      close: wire.close
    };
  } catch (error) {
    wire.close();
    throw error;
  }
}
async function agreeOnVersions(wire, timeoutMs) {
  const asked = { clientSoftwareName: CLIENT_ID, clientSoftwareVersion: "1" };
  const answer = await wire.send("apiVersions", API_VERSIONS_VERSION, asked, timeoutMs);
  refuseErrorCode(answer.errorCode, "versions are not agreed on");
  const served = new Map(answer.apiKeys.map((one) => [one.apiKey, one]));
  const versions = /* @__PURE__ */ new Map();
  for (const name of Object.keys(kafkaApis)) {
    const api = kafkaApi(name);
    const theirs = served.get(api.key);
    const last = name === "fetch" ? FETCH_VERSION_MAX : api.versions[1];
    const version = Math.min(last, theirs?.maxVersion ?? -1);
    if (version >= Math.max(api.versions[0], theirs?.minVersion ?? 0)) versions.set(name, version);
  }
  return versions;
}
async function openWire(options) {
  const { codec, clock, address } = options;
  const where = `${address.host}:${address.port}`;
  const socket = connect({ ...address, noDelay: true });
  const waiting = /* @__PURE__ */ new Map();
  const over = new AbortController();
  let correlationId = 0;
  function end(what, cause) {
    if (over.signal.aborted) return;
    over.abort();
    socket.destroy();
    const fault = new KafkaFault("NETWORK_EXCEPTION", `${where} ${what}`, cause);
    for (const { reject } of waiting.values()) reject(fault);
    waiting.clear();
  }
  const splitter = createFrameSplitter((frame) => {
    const id = codec.correlationOf(frame);
    const one = waiting.get(id);
    waiting.delete(id);
    one?.receive(frame);
  });
  socket.on("data", (bytes) => {
    try {
      splitter.add(bytes);
    } catch (error) {
      end("sent what is no frame", error);
    }
  });
  socket.on("error", (error) => end("is lost", error));
  socket.on("close", () => end("is lost"));
  await connected(socket, options, end);
  return {
    send(name, version, request, timeoutMs) {
      return new Promise((resolve, reject) => {
        if (over.signal.aborted) {
          return reject(new KafkaFault("NETWORK_EXCEPTION", `${where} is lost`));
        }
        const id = correlationId;
        correlationId = correlationId + 1 & 2147483647;
        const answered = new AbortController();
        waiting.set(id, {
          receive(frame) {
            answered.abort();
            try {
              resolve(codec.decodeResponse(name, version, frame));
            } catch (error) {
              reject(new KafkaFault("NETWORK_EXCEPTION", `${where} answers ${name} badly`, error));
              throw error;
            }
          },
          reject(error) {
            answered.abort();
            reject(error);
          }
        });
        const header = { apiVersion: version, correlationId: id, clientId: CLIENT_ID };
        socket.cork();
        for (const piece of codec.encodeRequest(name, header, request)) socket.write(piece);
        socket.uncork();
        void clock.sleep(timeoutMs, answered.signal).then(() => {
          if (waiting.has(id)) end(`did not answer ${name} in ${timeoutMs} ms`);
        });
      });
    },
    isOpen: () => !over.signal.aborted,
    close: () => end("is closed")
  };
}
function connected(socket, { clock, timeoutMs, address }, end) {
  const done = new AbortController();
  return new Promise((resolve, reject) => {
    const refuse = (cause) => reject(
      new KafkaFault("NETWORK_EXCEPTION", `no way to ${address.host}:${address.port}`, cause)
    );
    socket.once("connect", resolve);
    socket.once("error", refuse);
    socket.once("close", () => refuse());
    void clock.sleep(timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) end("does not take the connection");
    });
  }).finally(() => done.abort());
}

// src/engines/kafka-client/kafka-cluster.ts
var CONNECT_TIMEOUT_MS = 5e3;
var REQUEST_TIMEOUT_MS = 15e3;
var PATIENCE_MS = 3e4;
var PAUSE_MS = 20;
var PAUSE_MS_MAX = 1e3;
function createKafkaCluster(options) {
  const { clock } = options;
  const closing = createAbort();
  const connections = createConnections(options);
  const metadata = createMetadata(options, connections);
  const leaders = /* @__PURE__ */ new Map();
  return {
    async ask(broker, lane, name, request, timeoutMs = REQUEST_TIMEOUT_MS) {
      const address = metadata.brokers.get(broker);
      if (!address) throw new KafkaFault("BROKER_NOT_AVAILABLE", `broker ${broker}`);
      const connection = await connections.get(`${broker} ${lane}`, address);
      return connection.call(name, request, timeoutMs);
    },
    async askAny(name, request, timeoutMs = REQUEST_TIMEOUT_MS) {
      return (await metadata.someConnection()).call(name, request, timeoutMs);
    },
    async leaderOf({ topic, partition }) {
      const known = leaders.get(topic)?.[partition];
      if (known !== void 0 && known >= 0) return known;
      const found = await metadata.leadersOf(topic);
      leaders.set(topic, found);
      const leader = found[partition];
      const what = `partition ${partition} of ${topic}`;
      if (leader === void 0) throw new KafkaFault("UNKNOWN_TOPIC_OR_PARTITION", what);
      if (leader < 0) throw new KafkaFault("LEADER_NOT_AVAILABLE", what);
      return leader;
    },
    partitionCount: metadata.partitionCount,
    forget: (topic) => void leaders.delete(topic),
    async brokerCount() {
      await metadata.describeTopics([]);
      return metadata.brokers.size;
    },
    async persist(attempt2, { patienceMs = PATIENCE_MS, onFault } = {}) {
      const untilMs = clock.monotonicMs() + patienceMs;
      for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)) {
        if (closing.signal.aborted) throw closedError();
        try {
          return await attempt2();
        } catch (error) {
          if (!(error instanceof KafkaFault) || !mayPass(error)) throw error;
          await onFault?.(error);
          if (clock.monotonicMs() >= untilMs) throw outOfPatience(error, patienceMs);
          await clock.sleep(pauseMs, closing.signal);
        }
      }
    },
    close() {
      closing.abort();
      connections.close();
    }
  };
}
function createMetadata(options, connections) {
  const brokers = /* @__PURE__ */ new Map();
  const asking = /* @__PURE__ */ new Map();
  async function someConnection() {
    const known = Array.from(brokers, ([id, address]) => ({ name: `${id} main`, address }));
    const given = options.bootstrap.map((address) => {
      return { name: `${address.host}:${address.port}`, address };
    });
    let failure;
    for (const { name, address } of [...known, ...given]) {
      try {
        return await connections.get(name, address);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
  async function describeTopics(names) {
    const connection = await someConnection();
    const request = {
      topics: names.map((name) => ({ topicId: NO_ID, name })),
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: false
    };
    const answer = await connection.call("metadata", request, REQUEST_TIMEOUT_MS);
    if (answer.brokers.length > 0) brokers.clear();
    for (const { nodeId, host, port } of answer.brokers) brokers.set(nodeId, { host, port });
    return answer.topics;
  }
  async function describe(topic) {
    const found = [];
    for (const { errorCode, partitions } of await describeTopics([topic])) {
      refuseErrorCode(errorCode, `topic ${topic}`);
      for (const { partitionIndex, leaderId } of partitions) found[partitionIndex] = leaderId;
    }
    return found;
  }
  return {
    brokers,
    someConnection,
    describeTopics,
    /** Who asks for the same topic at the same time shares the answer. */
    leadersOf(topic) {
      let found = asking.get(topic);
      if (!found) {
        found = describe(topic).finally(() => asking.delete(topic));
        asking.set(topic, found);
      }
      return found;
    },
    async partitionCount(topic) {
      try {
        return (await describe(topic)).length;
      } catch (error) {
        const isGone = error instanceof KafkaFault && error.code === "UNKNOWN_TOPIC_OR_PARTITION";
        if (isGone) return 0;
        throw error;
      }
    }
  };
}
var NO_ID = "00000000-0000-0000-0000-000000000000";
function mayPass(fault) {
  return fault.isRetriable() || fault.code === "BROKER_NOT_AVAILABLE";
}
function outOfPatience(fault, patienceMs) {
  if (fault.kind === "not-found") return fault;
  return new EngineError("timeout", `Apache Kafka did not do it in ${patienceMs} ms`, fault);
}
function closedError() {
  return new EngineError("unavailable", "the connection to Apache Kafka is closed");
}
function createConnections({ clock }) {
  const codec = createKafkaCodec();
  const open = /* @__PURE__ */ new Map();
  let over = false;
  function start(name, address) {
    const opening = connectKafka({ address, codec, clock, timeoutMs: CONNECT_TIMEOUT_MS });
    open.set(name, opening);
    opening.catch(() => {
      if (open.get(name) === opening) open.delete(name);
    });
    return opening;
  }
  return {
    async get(name, address) {
      if (over) throw closedError();
      const opened = open.get(name);
      const known = await opened;
      if (known?.isOpen()) return known;
      if (open.get(name) === opened) open.delete(name);
      const connection = await (open.get(name) ?? start(name, address));
      if (over) connection.close();
      return connection;
    },
    close() {
      over = true;
      for (const opening of open.values()) {
        opening.then(
          (connection) => connection.close(),
          () => void 0
        );
      }
      open.clear();
    }
  };
}

// src/engines/kafka-client/batch-producer.ts
var CRC_AT = 17;
var ATTRIBUTES_AT = 21;
var PRODUCER_ID_AT = 43;
var PRODUCER_EPOCH_AT = 51;
var SEQUENCE_AT = 53;
var MARK_EPOCH = 1;
function isMark(batch) {
  return batch.readInt16BE(PRODUCER_EPOCH_AT) === MARK_EPOCH;
}
function stampProducer(batch, producer) {
  batch.writeBigInt64BE(BigInt(producer.id), PRODUCER_ID_AT);
  batch.writeInt16BE(producer.epoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(producer.sequence, SEQUENCE_AT);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
}

// src/engines/kafka-client/produce-requests.ts
var ALL_IN_SYNC = -1;
var IN_FLIGHT_MAX = 4;
var REQUEST_BYTES_MAX = 36 << 20;
var REPLICAS_TIMEOUT_MS = 1e4;
function createProduceRequests(cluster) {
  const lanes = /* @__PURE__ */ new Map();
  function kick(broker, lane) {
    while (lane.inFlight < IN_FLIGHT_MAX && lane.waiting.length > 0) {
      const entries = takeRequest(lane);
      lane.inFlight++;
      void run(broker, entries).finally(() => {
        lane.inFlight--;
        kick(broker, lane);
      });
    }
  }
  async function run(broker, entries) {
    try {
      const topicData = topicsOf(entries);
      const request = {
        transactionalId: null,
        acks: ALL_IN_SYNC,
        timeoutMs: REPLICAS_TIMEOUT_MS,
        topicData
      };
      const answer = await cluster.ask(broker, "produce", "produce", request);
      const answers = /* @__PURE__ */ new Map();
      for (const { name, partitionResponses } of answer.responses) {
        for (const one of partitionResponses) answers.set(`${one.index}/${name}`, one);
      }
      for (const { partition, resolve } of entries) {
        const key = `${partition.partition}/${partition.topic}`;
        resolve(present(answers.get(key), "the answer to a batch"));
      }
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }
  return {
    send(broker, partition, batch) {
      const lane = lanes.get(broker) ?? { waiting: [], inFlight: 0 };
      lanes.set(broker, lane);
      return new Promise((resolve, reject) => {
        lane.waiting.push({ partition, batch, resolve, reject });
        if (lane.waiting.length === 1) void Promise.resolve().then(() => kick(broker, lane));
      });
    }
  };
}
function takeRequest(lane) {
  let sizeBytes = 0;
  let count = 0;
  for (const { batch } of lane.waiting) {
    sizeBytes += batch.length;
    if (count > 0 && sizeBytes > REQUEST_BYTES_MAX) break;
    count++;
  }
  const entries = lane.waiting.slice(0, count);
  lane.waiting = lane.waiting.slice(count);
  return entries;
}
function topicsOf(entries) {
  const topics = /* @__PURE__ */ new Map();
  for (const { partition, batch } of entries) {
    const partitions = topics.get(partition.topic) ?? [];
    topics.set(partition.topic, partitions);
    partitions.push({ index: partition.partition, records: [batch] });
  }
  return Array.from(topics, ([name, partitionData]) => ({ name, partitionData }));
}

// src/engines/kafka-client/record-producer.ts
var RECORDS_BYTES_MAX = 32 << 20;
var topicBatchBytesMax = 34 << 20;
var SHARED_BATCH_BYTES = 1 << 20;
var RECORD_OVERHEAD_BYTES = 32;
var WAITING_BYTES_MAX = 256 << 20;
var SEQUENCES = 2 ** 31;
var STREAMS_MAX = 2e4;
function createRecordProducer(deps) {
  const { cluster } = deps;
  const sending = {
    ...deps,
    requests: createProduceRequests(cluster),
    ids: createProducerIds(cluster)
  };
  const streams = /* @__PURE__ */ new Map();
  let waitingBytes = 0;
  let closed = false;
  async function run(stream) {
    stream.running = true;
    while (stream.waiting.length > 0) {
      const group = takeGroup(stream);
      try {
        let { baseOffset } = await send(sending, stream, group);
        for (const one of group) {
          one.resolve({ baseOffset });
          baseOffset += one.records.length;
        }
      } catch (error) {
        stream.producerId = void 0;
        sending.ids.renew();
        for (const one of group) one.reject(error);
      }
      for (const one of group) waitingBytes -= one.sizeBytes;
    }
    stream.running = false;
    if (streams.size > STREAMS_MAX) {
      streams.delete(keyOf(stream.partition));
      sending.ids.renew();
    }
  }
  function enqueue(partition, records, isMark2) {
    return new Promise((resolve, reject) => {
      const sizeBytes = sizeOf(records);
      if (closed) return reject(closedError2());
      if (sizeBytes > RECORDS_BYTES_MAX) {
        return reject(new EngineError("invalid", `a batch of ${sizeBytes} bytes is too large`));
      }
      if (waitingBytes + sizeBytes > WAITING_BYTES_MAX) {
        return reject(new EngineError("unavailable", "too much waits for Apache Kafka"));
      }
      waitingBytes += sizeBytes;
      const stream = streamOf(streams, partition);
      stream.waiting.push({ records, sizeBytes, isMark: isMark2, resolve, reject });
      if (!stream.running) {
        stream.running = true;
        void Promise.resolve().then(() => run(stream));
      }
    });
  }
  return {
    append: (partition, records) => enqueue(partition, records, false),
    mark: (partition, record) => enqueue(partition, [record], true),
    close() {
      closed = true;
      for (const stream of streams.values()) {
        for (const one of stream.waiting) one.reject(closedError2());
        stream.waiting = [];
      }
    }
  };
}
async function send(deps, stream, group) {
  const { cluster, patienceMs } = deps;
  const { partition } = stream;
  const isMark2 = group[0]?.isMark === true;
  const batch = encodeRecordBatch(group.map(({ records }) => records));
  const identity = isMark2 ? { producerId: void 0, sequence: 0 } : stream;
  const sending = {
    batch,
    identity,
    epoch: isMark2 ? MARK_EPOCH : 0,
    isStamped: false,
    mayBeThere: false
  };
  const appended = await cluster.persist(() => attempt(deps, partition, sending), {
    ...patienceMs !== void 0 && { patienceMs },
    onFault(fault) {
      cluster.forget(partition.topic);
      return deps.onFault?.(partition, fault);
    }
  });
  const count = group.reduce((sum, { records }) => sum + records.length, 0);
  identity.sequence = (identity.sequence + count) % SEQUENCES;
  return appended;
}
async function attempt({ cluster, requests, ids }, partition, sending) {
  const { batch, identity, epoch } = sending;
  if (!sending.isStamped) {
    identity.producerId ??= await begin(sending, ids);
    stampProducer(batch, { id: identity.producerId, epoch, sequence: identity.sequence });
    sending.isStamped = true;
  }
  const broker = await cluster.leaderOf(partition);
  const answer = await requests.send(broker, partition, batch).catch((error) => {
    sending.mayBeThere = true;
    throw error;
  });
  const code = kafkaErrorName(answer.errorCode);
  if (!sending.mayBeThere && SEQUENCE_FAULTS.has(code)) {
    identity.producerId = void 0;
    ids.renew();
    sending.isStamped = false;
    throw new KafkaFault("NOT_LEADER_OR_FOLLOWER", `a producer that is not known (${code})`);
  }
  if (MAY_BE_THERE.has(code)) sending.mayBeThere = true;
  refuseErrorCode(answer.errorCode, `an append to ${partition.topic}`);
  return { baseOffset: answer.baseOffset };
}
var SEQUENCE_FAULTS = /* @__PURE__ */ new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
  "INVALID_PRODUCER_EPOCH"
]);
var MAY_BE_THERE = /* @__PURE__ */ new Set([
  "REQUEST_TIMED_OUT",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "NETWORK_EXCEPTION"
]);
async function begin({ identity, epoch }, ids) {
  identity.sequence = 0;
  return epoch === MARK_EPOCH ? ids.another() : ids.current();
}
function createProducerIds(cluster) {
  let shared;
  async function another() {
    const request = {
      transactionalId: null,
      transactionTimeoutMs: 6e4,
      producerId: -1,
      producerEpoch: -1
    };
    const answer = await cluster.askAny("initProducerId", request);
    refuseErrorCode(answer.errorCode, "a producer id");
    return answer.producerId;
  }
  return {
    another,
    current() {
      if (shared) return shared;
      const asked = another();
      shared = asked;
      asked.catch(() => {
        if (shared === asked) shared = void 0;
      });
      return asked;
    },
    renew() {
      shared = void 0;
    }
  };
}
function takeGroup(stream) {
  let count = 0;
  let sizeBytes = 0;
  for (const one of stream.waiting) {
    sizeBytes += one.sizeBytes;
    const isApart = one.isMark || stream.waiting[0]?.isMark === true;
    if (count > 0 && (isApart || sizeBytes > SHARED_BATCH_BYTES)) break;
    count++;
  }
  const group = stream.waiting.slice(0, count);
  stream.waiting = stream.waiting.slice(count);
  return group;
}
function streamOf(streams, partition) {
  const key = keyOf(partition);
  let stream = streams.get(key);
  if (!stream) {
    stream = { partition, waiting: [], running: false, producerId: void 0, sequence: 0 };
    streams.set(key, stream);
  }
  return stream;
}
function keyOf({ topic, partition }) {
  return `${partition}/${topic}`;
}
function sizeOf(records) {
  let size = 0;
  for (const { key, value, headers = [] } of records) {
    size += RECORD_OVERHEAD_BYTES + (value?.length ?? 0);
    size += typeof key === "string" ? Buffer.byteLength(key) : key?.length ?? 0;
    for (const header of headers) {
      size += Buffer.byteLength(header.name) + (header.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    }
  }
  return size;
}
function closedError2() {
  return new EngineError("unavailable", "the connection to Apache Kafka is closed");
}

// src/engines/kafka-client/topic-name.ts
var LENGTH_MAX = 249;
var LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
var DIGITS_64 = `${LETTERS}.`;
var SYMBOLS = `${LETTERS}._/`;
var DENSE = ".z";
var ESCAPES = { "/": "..", _: ".u", ".": ".d" };
function kafkaTopicName(prefix, topic) {
  const text = `${prefix}/${topic}`;
  const plain = Array.from(text, escapeCharacter).join("");
  if (plain.length <= LENGTH_MAX) return plain;
  const dense = DENSE + compress(text);
  if (dense.length <= LENGTH_MAX) return dense;
  throw new EngineError("invalid", `no topic of Kafka can have the name of ${text}`);
}
function escapeCharacter(character) {
  if (LETTERS.includes(character)) return character;
  const escaped = ESCAPES[character];
  if (escaped) return escaped;
  return Array.from(
    Buffer.from(character),
    (byte) => `.x${byte.toString(16).padStart(2, "0")}`
  ).join("");
}
function compress(text) {
  let number = 1n;
  for (const character of text) {
    const digit = SYMBOLS.indexOf(character);
    if (digit < 0)
      throw new EngineError("invalid", `no topic of Kafka can have the name of ${text}`);
    number = number * BigInt(SYMBOLS.length) + BigInt(digit);
  }
  let digits = "";
  for (; number > 0n; number /= 64n) digits = (DIGITS_64[Number(number % 64n)] ?? "") + digits;
  return digits;
}

// src/engines/kafka-client/partition-requests.ts
var NO_RECORDS = Buffer.alloc(0);
var FETCH_BYTES_MAX = 64 << 20;
var FETCH_TIMEOUT_MS = 15e3;
var CONSUMER = -1;
var NO_ID2 = "00000000-0000-0000-0000-000000000000";
var LATEST = -1;
var EARLIEST = -2;
var DELETE_TIMEOUT_MS = 1e4;
async function fetchPartitions(cluster, broker, wishes, { lane, waitMs }) {
  const topics = /* @__PURE__ */ new Map();
  for (const { topic, partition, offset, bytesMax } of wishes) {
    const partitions = topics.get(topic) ?? [];
    topics.set(topic, partitions);
    partitions.push({ partition, fetchOffset: offset, partitionMaxBytes: bytesMax });
  }
  const request = {
    maxWaitMs: waitMs,
    minBytes: 1,
    maxBytes: FETCH_BYTES_MAX,
    topics: Array.from(topics, ([topic, partitions]) => ({ topic, topicId: NO_ID2, partitions })),
    forgottenTopicsData: []
  };
  const answer = await cluster.ask(broker, lane, "fetch", request, waitMs + FETCH_TIMEOUT_MS);
  refuseErrorCode(answer.errorCode, "a fetch");
  const found = /* @__PURE__ */ new Map();
  for (const { topic, partitions } of answer.responses) {
    for (const one of partitions) found.set(`${one.partitionIndex}/${topic}`, fetched(one));
  }
  return wishes.map(({ topic, partition }) => {
    return present(found.get(`${partition}/${topic}`), "the answer of a fetch");
  });
}
function fetched(answer) {
  return {
    code: kafkaErrorName(answer.errorCode),
    highWatermark: answer.highWatermark,
    logStartOffset: answer.logStartOffset,
    records: answer.records ?? NO_RECORDS
  };
}
function fetchOne(cluster, wish, options) {
  return atLeader(cluster, wish, options, async (broker) => {
    const [one] = await fetchPartitions(cluster, broker, [wish], { lane: "main", waitMs: 0 });
    const answer = present(one, "the answer of a fetch");
    if (answer.code !== "NONE") throw new KafkaFault(answer.code, `a fetch from ${wish.topic}`);
    return answer;
  });
}
function findOffset(cluster, partition, timestampMs, options) {
  return atLeader(cluster, partition, options, async (broker) => {
    const partitions = [{ partitionIndex: partition.partition, timestamp: timestampMs }];
    const topics = [{ name: partition.topic, partitions }];
    const request = { replicaId: CONSUMER, isolationLevel: 0, topics, timeoutMs: FETCH_TIMEOUT_MS };
    const answer = await cluster.ask(broker, "main", "listOffsets", request);
    const one = present(answer.topics[0]?.partitions[0], "the answer of ListOffsets");
    refuseErrorCode(one.errorCode, `offsets of ${partition.topic}`);
    return one.offset;
  });
}
function deleteRecordsBefore(cluster, partition, offset, options) {
  return atLeader(cluster, partition, options, async (broker) => {
    const partitions = [{ partitionIndex: partition.partition, offset }];
    const topics = [{ name: partition.topic, partitions }];
    const request = { topics, timeoutMs: DELETE_TIMEOUT_MS };
    const answer = await cluster.ask(broker, "main", "deleteRecords", request);
    const one = present(answer.topics[0]?.partitions[0], "the answer of DeleteRecords");
    refuseErrorCode(one.errorCode, `records of ${partition.topic}`);
    return one.lowWatermark;
  });
}
function partitionSize(cluster, partition, options) {
  return atLeader(cluster, partition, options, async (broker) => {
    const topics = [{ topic: partition.topic, partitions: [partition.partition] }];
    const answer = await cluster.ask(broker, "main", "describeLogDirs", { topics });
    let sizeBytes = 0;
    for (const directory of answer.results) {
      for (const topic of directory.topics) {
        for (const one of topic.partitions) sizeBytes += one.partitionSize;
      }
    }
    return sizeBytes;
  });
}
function atLeader(cluster, partition, options, ask) {
  return cluster.persist(async () => ask(await cluster.leaderOf(partition)), {
    ...options,
    onFault(fault) {
      cluster.forget(partition.topic);
      return options?.onFault?.(fault);
    }
  });
}

// src/engines/kafka-client/topic-requests.ts
var TIMEOUT_MS = 3e4;
var PARTITIONS_PATIENCE_MS = 12e4;
var REPLICAS = 3;
var TOPIC = 2;
var SET = 0;
async function createTopic(cluster, topic, partitions, options) {
  const replicas = options.replicas ?? Math.min(REPLICAS, await cluster.brokerCount());
  const inSync = String(Math.max(1, replicas - 1));
  const configs = { "min.insync.replicas": inSync, ...options.configs };
  await cluster.persist(async () => {
    const request = {
      topics: [
        {
          name: topic,
          numPartitions: partitions,
          replicationFactor: replicas,
          assignments: [],
          configs: Object.entries(configs).map(([name, value]) => ({ name, value }))
        }
      ],
      timeoutMs: TIMEOUT_MS
    };
    const answer = await cluster.askAny("createTopics", request);
    refuseAll(answer.topics, `topic ${topic} is not made`, "TOPIC_ALREADY_EXISTS");
  });
  await awaitPartitions(cluster, topic, 1);
}
async function growTopic(cluster, topic, partitions) {
  await cluster.persist(async () => {
    if (await cluster.partitionCount(topic) >= partitions) return;
    const topics = [{ name: topic, count: partitions, assignments: null }];
    const request = { topics, timeoutMs: TIMEOUT_MS, validateOnly: false };
    const answer = await cluster.askAny("createPartitions", request);
    refuseAll(answer.results, `topic ${topic} does not grow`, "INVALID_PARTITIONS");
  });
  await awaitPartitions(cluster, topic, partitions);
}
async function deleteTopic(cluster, topic) {
  await cluster.persist(async () => {
    const topics = [{ name: topic, topicId: "00000000-0000-0000-0000-000000000000" }];
    const request = { topics, topicNames: [topic], timeoutMs: TIMEOUT_MS };
    const answer = await cluster.askAny("deleteTopics", request);
    refuseAll(answer.responses, `topic ${topic} is not removed`, "UNKNOWN_TOPIC_OR_PARTITION");
  });
  cluster.forget(topic);
}
async function alterTopicConfigs(cluster, topic, configs) {
  await cluster.persist(async () => {
    const changes = Object.entries(configs).map(([name, value]) => {
      return { name, value, configOperation: SET };
    });
    const resources = [{ resourceType: TOPIC, resourceName: topic, configs: changes }];
    const answer = await cluster.askAny("incrementalAlterConfigs", {
      resources,
      validateOnly: false
    });
    refuseAll(answer.responses, `topic ${topic} does not take its settings`);
  });
}
async function awaitPartitions(cluster, topic, count) {
  const options = { patienceMs: PARTITIONS_PATIENCE_MS, onFault: () => cluster.forget(topic) };
  cluster.forget(topic);
  await cluster.persist(async () => {
    const byLeader = /* @__PURE__ */ new Map();
    for (let partition = 0; partition < count; partition++) {
      const leader = await cluster.leaderOf({ topic, partition });
      const led = byLeader.get(leader) ?? [];
      byLeader.set(leader, led);
      led.push(partition);
    }
    await Promise.all(
      Array.from(byLeader, ([broker, led]) => refuseUnready(cluster, broker, topic, led))
    );
  }, options);
}
async function refuseUnready(cluster, broker, name, led) {
  const partitions = led.map((partitionIndex) => ({ partitionIndex, timestamp: EARLIEST }));
  const topics = [{ name, partitions }];
  const request = { replicaId: -1, isolationLevel: 0, topics, timeoutMs: TIMEOUT_MS };
  const answer = await cluster.ask(broker, "main", "listOffsets", request);
  for (const one of answer.topics[0]?.partitions ?? []) {
    refuseErrorCode(one.errorCode, `partition ${one.partitionIndex} of ${name}`);
  }
}
function refuseAll(answers, what, ...unless) {
  for (const { errorCode, errorMessage } of answers) {
    const code = kafkaErrorName(errorCode);
    if (code === "NONE" || unless.includes(code)) continue;
    throw new KafkaFault(code, errorMessage ? `${what} (${errorMessage})` : what);
  }
}

export {
  KafkaFault,
  isOutOfRange,
  createKafkaCluster,
  isMark,
  topicBatchBytesMax,
  createRecordProducer,
  kafkaTopicName,
  LATEST,
  EARLIEST,
  fetchPartitions,
  fetchOne,
  findOffset,
  deleteRecordsBefore,
  partitionSize,
  atLeader,
  createTopic,
  growTopic,
  deleteTopic,
  alterTopicConfigs
};
