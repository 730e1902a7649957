/** Stands for every address. */
export const ANY_ADDRESS = "any";

/** Whether an API server may be called that an organization names: by the host, by host and port, or every one. */
export function isAllowedAddress(server: string, allowed: readonly string[]): boolean {
  const { hostname, host, port } = new URL(server);
  const names = [ANY_ADDRESS, hostname, host, `${hostname}:${port === "" ? "443" : port}`];
  return allowed.some((each) => names.includes(each.toLowerCase()));
}
