import { asText, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { objectAge } from "./cells.js";
import type { PrintContext, Printer } from "./printers.js";

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
const MODES: Record<string, string> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

export const storagePrinters: Record<string, Printer> = {
  "/PersistentVolumeClaim": printClaim,
  "/PersistentVolume": printVolume,
  "storage.k8s.io/StorageClass": (object, context) => {
    const isDefault = object.metadata.annotations?.[DEFAULT_CLASS] === "true";
    return [
      `${object.metadata.name ?? ""}${isDefault ? " (default)" : ""}`,
      textAt(object, "provisioner"),
      textAt(object, "reclaimPolicy", "Delete"),
      textAt(object, "volumeBindingMode", "Immediate"),
      object["allowVolumeExpansion"] === true,
      objectAge(object, context),
    ];
  },
  "storage.k8s.io/CSIDriver": (object, context) => [
    object.metadata.name,
    valueAt(object, "spec.attachRequired") !== false,
    valueAt(object, "spec.podInfoOnMount") === true,
    valueAt(object, "spec.storageCapacity") === true,
    recordsAt(object, "spec.tokenRequests")
      .map((each) => textAt(each, "audience"))
      .join(",") || "<unset>",
    valueAt(object, "spec.requiresRepublish") === true,
    listText(valueAt(object, "spec.volumeLifecycleModes")) || "<unset>",
    objectAge(object, context),
  ],
  "storage.k8s.io/CSINode": (object, context) => [
    object.metadata.name,
    recordsAt(object, "spec.drivers").length,
    objectAge(object, context),
  ],
  "storage.k8s.io/VolumeAttachment": (object, context) => [
    object.metadata.name,
    textAt(object, "spec.attacher"),
    textAt(object, "spec.source.persistentVolumeName"),
    textAt(object, "spec.nodeName"),
    valueAt(object, "status.attached") === true,
    objectAge(object, context),
  ],
  "storage.k8s.io/VolumeAttributesClass": (object, context) => [
    object.metadata.name,
    textAt(object, "driverName"),
    objectAge(object, context),
  ],
};

function printClaim(claim: ApiObject, context: PrintContext): unknown[] {
  const isBound = textAt(claim, "spec.volumeName") !== "";
  const isDeleting = claim.metadata.deletionTimestamp !== undefined;
  return [
    claim.metadata.name,
    isDeleting ? "Terminating" : textAt(claim, "status.phase"),
    textAt(claim, "spec.volumeName"),
    isBound ? textAt(recordAt(claim, "status.capacity"), "storage") : "",
    isBound ? modes(valueAt(claim, "status.accessModes")) : "",
    textAt(claim, "spec.storageClassName"),
    textAt(claim, "spec.volumeAttributesClassName", "<unset>"),
    objectAge(claim, context),
    textAt(claim, "spec.volumeMode", "<unset>"),
  ];
}

function printVolume(volume: ApiObject, context: PrintContext): unknown[] {
  const claim = recordAt(volume, "spec.claimRef");
  const isDeleting = volume.metadata.deletionTimestamp !== undefined;
  return [
    volume.metadata.name,
    textAt(volume, "spec.capacity.storage"),
    modes(valueAt(volume, "spec.accessModes")),
    textAt(volume, "spec.persistentVolumeReclaimPolicy"),
    isDeleting ? "Terminating" : textAt(volume, "status.phase"),
    claim === undefined ? "" : `${textAt(claim, "namespace")}/${textAt(claim, "name")}`,
    textAt(volume, "spec.storageClassName"),
    textAt(volume, "spec.volumeAttributesClassName", "<unset>"),
    textAt(volume, "status.reason"),
    objectAge(volume, context),
    textAt(volume, "spec.volumeMode", "<unset>"),
  ];
}

function modes(list: unknown): string {
  if (!Array.isArray(list)) return "";
  return [...new Set(list)].map((mode) => MODES[asText(mode)] ?? asText(mode)).join(",");
}

function listText(list: unknown): string {
  return Array.isArray(list) ? list.map((item) => asText(item)).join(",") : "";
}
