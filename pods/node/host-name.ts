/** The DNS name in the certificate of a session's host; it is looked up nowhere. */
export function hostNameOf(session: string): string {
  return `${session}.shells.lectern.dev`;
}
