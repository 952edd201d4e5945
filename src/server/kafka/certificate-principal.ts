import type { X509Certificate } from 'node:crypto'

/**
 * The principal of a client's certificate, as Apache Kafka makes it: its distinguished name in the
 * order of RFC 2253 (`User:CN=alice,O=Example`).
 */
export function certificatePrincipal({ subject }: Pick<X509Certificate, 'subject'>): string {
  return `User:${subject.split('\n').filter(Boolean).reverse().join(',')}`
}
