/** How an IAM list says that there is more: the marker is the name that was shown last. */
export function pageEnd(isTruncated: boolean, lastName: string | undefined) {
  return { IsTruncated: isTruncated, ...(isTruncated && { Marker: lastName }) }
}
