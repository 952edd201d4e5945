/**
 * Percent-encodes as S3 does in listings (`encoding-type=url`) and events: like a form field, but
 * slashes stay.
 */
export function encodeUrlForm(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
