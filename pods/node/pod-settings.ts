import type { SessionLimits } from "../../terminal/common/session-limits.js";

/** What is the same for every session's pod. */
export interface PodSettings {
  /** The namespace that holds them all; the platform's, where no learner has rights. */
  namespace: string;
  /** The tool box of labs that name none. */
  image: string;
  /** An image that holds Lectern, from which the terminal host is brought into the pod. */
  hostImage: string;
  /** Secrets of the namespace with credentials for the registries of the images. */
  pullSecrets: readonly string[];
  /** Most of what a session may use; its lab may ask for less. */
  limits: SessionLimits;
  /** The namespace of Lectern's servers, where they run in the cluster: only they may call the hosts. */
  serverNamespace?: string;
}

/** The port a host listens at. */
export const HOST_PORT = 7443;

/** The session that an object of the namespace belongs to. */
export const POD_SESSION_LABEL = "lectern.dev/session";
/** What tells shells from whatever else runs in the namespace. */
export const SHELL_LABELS = {
  "app.kubernetes.io/managed-by": "lectern",
  "app.kubernetes.io/component": "shell",
};
/** Marks a namespace for pods that a server has made, so that it goes when Lectern is removed. */
export const SHELLS_NAMESPACE_LABEL = "lectern.dev/shells";
