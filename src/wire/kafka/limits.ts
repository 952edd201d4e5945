/** Bounds of the codec. The size of a frame is bounded by who reads it off the connection. */
export const codecLimits = {
  /**
   * Elements of all arrays of one frame. A count must fit the bytes that are left, which alone would
   * let one byte cost a whole object. Ours: metadata of 100,000 partitions has some 700,000.
   */
  elementsPerFrameMax: 1_000_000,
  /** Records up to this size are copied beside their neighbours: one more buffer to send costs more. */
  copiedRecordsBytesMax: 1024,
} as const
