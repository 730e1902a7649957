/**
 * What Lectern uses of the Kubernetes client library. The build puts it and what it needs into one file: as it is published it
 * consists of a thousand, which takes each process that loads it a second.
 */
export {
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  RbacAuthorizationV1Api,
  VersionApi,
  setHeaderOptions,
} from "@kubernetes/client-node";
