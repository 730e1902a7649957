import { lazy, Suspense, useState, type ReactElement } from "react";

const KubernetesPane = lazy(async () => ({
  default: (await import("../kubernetes/kubernetes-pane.js")).KubernetesPane,
}));

/** The objects of the session's namespace. It is loaded when it is first shown; what was chosen in it stays from then on. */
export function KubernetesTab({ isShown }: { isShown: boolean }): ReactElement | null {
  const [wasShown, setWasShown] = useState(isShown);
  if (isShown && !wasShown) setWasShown(true);
  if (!wasShown) return null;
  return (
    <Suspense fallback={<div className="skeleton" aria-busy="true" aria-label="Loading the objects" />}>
      <KubernetesPane isShown={isShown} />
    </Suspense>
  );
}
