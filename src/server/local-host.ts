/**
 * Is this name one that only reaches this machine? A web page can make its visitor's browser call
 * the loopback address under a name of its own (DNS rebinding); it cannot do so under these names.
 * A name without a dot is taken too: nobody outside can give it an address.
 */
export function isLocalHost(hostHeader: string): boolean {
  const name = hostNameOf(hostHeader)
  return (
    !/[.:]/.test(name) ||
    name === '::1' ||
    name.endsWith('.localhost') ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) ||
    /^(.+\.)?127[.-]\d{1,3}[.-]\d{1,3}[.-]\d{1,3}\.(nip|sslip)\.io$/.test(name) ||
    name === 'host.docker.internal' ||
    name.endsWith('.localhost.localstack.cloud')
  )
}

/** `Host` without the port, in lower case; without the brackets of an IPv6 address. */
export function hostNameOf(hostHeader: string): string {
  const host = hostHeader.toLowerCase()
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'))
  const colon = host.indexOf(':')
  return colon < 0 || colon !== host.lastIndexOf(':') ? host : host.slice(0, colon)
}

/** Does the server listen on this machine only? */
export function isLoopback(listenHost: string): boolean {
  return listenHost === 'localhost' || listenHost === '::1' || /^127(\.\d+){3}$/.test(listenHost)
}
