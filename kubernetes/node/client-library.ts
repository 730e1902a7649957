/**
 * What Lectern uses of the Kubernetes client library. The build puts it into one file: as it is published it consists of a thousand,
 * of which reading alone takes each process a second.
 */
export {
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  Observable,
  PatchStrategy,
  RbacAuthorizationV1Api,
  ResponseContext,
  VersionApi,
  setHeaderOptions,
} from "@kubernetes/client-node";
