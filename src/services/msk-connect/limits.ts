/** AWS's limits, from "MSK Connect quota" of the MSK Developer Guide and the API Reference; ours where it says none. */
export const connectLimits = {
  /** Connectors of an account in a region. */
  connectorsMax: 60,
  /** Worker configurations of an account in a region. */
  workerConfigurationsMax: 100,
  /** Of a connector, when it scales by itself or not. */
  workersMax: 10,
  tagsMax: 50,
  /** A page, when the request does not say how long it should be. */
  pageMax: 100,
  /** Ours: changes of a connector that are remembered; the oldest go. */
  operationsKept: 100,
  /** Ours: of a worker configuration's properties. */
  propertiesBytesMax: 16_384,
  /** Ours: all names and values of a connector's configuration. */
  configurationBytesMax: 65_536,
  /** Ours: tasks that read at the same time. */
  tasksMax: 64,
  /** Ours: objects that a partition has open at the same time; one more closes all of them first. */
  openFilesMax: 1_000,
  /** Ours: records for the dead letter queue, or changes of the clock's path, that wait for a commit. */
  notesMax: 500,
  /** Ours: bytes of a partition's records for the dead letter queue that wait for a commit, and of one append to the queue. */
  letterBytesMax: 4 * 1024 * 1024,
  /** Ours: bytes that the open files of a task keep in memory; what is more lies in scratch files. */
  taskMemoryBytes: 16 * 1024 * 1024,
} as const
