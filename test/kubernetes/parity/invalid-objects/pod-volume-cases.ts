import { pod, volumeOf } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const podVolumeCases: InvalidObjects = {
  Pod: {
    "projected two sources in one": volumeOf({
      projected: { sources: [{ secret: { name: "a" }, configMap: { name: "b" } }] },
    }),
    "projected paths conflict": volumeOf({
      projected: {
        sources: [
          { configMap: { name: "a", items: [{ key: "k", path: "p" }] } },
          { secret: { name: "b", items: [{ key: "k", path: "p" }] } },
        ],
      },
    }),
    "projected token expiry": volumeOf({
      projected: { sources: [{ serviceAccountToken: { path: "t", expirationSeconds: 60 } }] },
    }),
    "projected token no path": volumeOf({ projected: { sources: [{ serviceAccountToken: { path: "" } }] } }),
    "item path with dots": volumeOf({ configMap: { name: "a", items: [{ key: "k", path: "../p" }] } }),
    "item absolute path": volumeOf({ configMap: { name: "a", items: [{ key: "k", path: "/p" }] } }),
    "item without key": volumeOf({ secret: { secretName: "a", items: [{ key: "", path: "" }] } }),
    "default mode": volumeOf({ configMap: { name: "a", defaultMode: 512 } }),
    "item mode": volumeOf({ configMap: { name: "a", items: [{ key: "a", path: "b", mode: 1000 }] } }),
    "emptyDir size": volumeOf({ emptyDir: { sizeLimit: "-1Mi" } }),
    "downward api field": volumeOf({
      downwardAPI: { items: [{ path: "a", fieldRef: { fieldPath: "spec.nodeName" } }] },
    }),
    "downward api both": volumeOf({
      downwardAPI: {
        items: [
          {
            path: "a",
            fieldRef: { fieldPath: "metadata.name" },
            resourceFieldRef: { containerName: "main", resource: "limits.cpu" },
          },
        ],
      },
    }),
    "downward api resource": volumeOf({
      downwardAPI: {
        items: [{ path: "a", resourceFieldRef: { containerName: "main", resource: "limits.gpu" } }],
      },
    }),
    "volume twice": pod(
      {},
      {
        volumes: [
          { name: "v", emptyDir: {} },
          { name: "v", emptyDir: {} },
        ],
      },
    ),
    "volume name": pod({}, { volumes: [{ name: "A_b", emptyDir: {} }] }),
    "subPath dots": volumeOf({ emptyDir: {} }, { subPath: "../b" }),
    "subPath and expr": volumeOf({ emptyDir: {} }, { subPath: "b", subPathExpr: "$(A)" }),
    "mount propagation": volumeOf({ emptyDir: {} }, { mountPropagation: "Bidirectional" }),
    "recursive read only": volumeOf({ emptyDir: {} }, { recursiveReadOnly: "Enabled" }),
    nfs: volumeOf({ nfs: { server: "", path: "a" } }),
    csi: volumeOf({ csi: { driver: "" } }),
    ephemeral: volumeOf({ ephemeral: {} }),
    "git repo": volumeOf({ gitRepo: { repository: "" } }),
    "image volume": volumeOf({ image: { reference: "" } }),
  },
};
