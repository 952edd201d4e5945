/** Limits of the listener that are no settings. */
export const serverLimits = {
  /** Request line and headers together. AWS refuses more than 8 KB of headers at most services. */
  headSizeMax: 32_768,
  /** Memory for the large request bodies that are held at the same time; more are refused. */
  heldBodiesMax: 1 << 30,
  /** Memory of bodies up to this size is used again; so much of it may wait for the next body. */
  pooledBodyMax: 4 << 20,
  idleBodiesMax: 32 << 20,
  /** Requests that one HTTP/1.1 connection may have sent ahead of their answers. */
  pipelinedMax: 256,
  /** Streams that are open at once in one HTTP/2 connection. */
  streamsMax: 1_000,
  /** HTTP/2 flow control: bytes a client may send ahead, in one stream and in all together. */
  streamWindowSize: 1 << 20,
  connectionWindowSize: 32 << 20,
  /** Megabytes that Node may hold for one HTTP/2 connection. */
  sessionMemoryMaxMb: 64,
  /** A kept-alive connection without a request under way is closed after this time. */
  keepAliveMs: 75_000,
  /** What is left of a refused upload is read and dropped up to here; then the connection is cut. */
  droppedSizeMax: 64 << 20,
  /** Time between asking the requests to end and cutting them, at the end of a drain. */
  abortGraceMs: 500,
  /** AWS: S3 allows 15 minutes between the clocks (RequestTimeTooSkewed), other services five. */
  skewS3Ms: 900_000,
  skewMs: 300_000,
  /** AWS: a presigned URL lives seven days at most (SigV4 query parameters, X-Amz-Expires). */
  presignedSecondsMax: 604_800,
  /** Signing keys that are remembered. */
  signingKeysMax: 1_000,
  /** AWS: what stands before the file of a web form, in all (S3 API Reference, POST Object). */
  formFieldsSizeMax: 20_480,
  /** The head of one part of a web form. */
  partHeadSizeMax: 8_192,
  /** One line of aws-chunked framing: size, signature, or a trailer. */
  chunkLineSizeMax: 8_192,
} as const
