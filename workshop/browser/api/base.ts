/** Path Lectern is mounted under, with slashes at both ends; the server writes it into the page. */
export function mountPath(): string {
  const written = document.querySelector<HTMLMetaElement>('meta[name="lectern-base"]')?.content ?? "/";
  return withSlashes(written);
}

/** `training` or `/training` becomes `/training/`; nothing becomes `/`. */
export function withSlashes(path: string): string {
  const inner = path.replace(/^\/+|\/+$/g, "");
  return inner === "" ? "/" : `/${inner}/`;
}
