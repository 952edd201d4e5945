/**
 * Bytes of the other side that are not a frame of Kafka's protocol. No frame behind it on the same
 * connection can be trusted: whoever reads closes the connection.
 */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame'
}
