/** A lab as an author brings it without an image: a ConfigMap with one page, and a Workshop that names it. */
export function configMapLab(
  name: string,
  { workshop, page }: { workshop: string; page: string },
): unknown[] {
  const metadata = { name, namespace: "default" };
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { "workshop.yaml": workshop, "pages__01-page.md": page },
    },
    {
      apiVersion: "lectern.dev/v1alpha1",
      kind: "Workshop",
      metadata: { name },
      spec: { configMap: metadata },
    },
  ];
}
