import { describeRegistries } from "../kubernetes/policy/registries-suite.js";
import { describeSignatures } from "../kubernetes/policy/signatures-suite.js";
import { describeSignatureScope } from "../kubernetes/policy/signature-scope-suite.js";
import { describeOnEmbeddedCluster } from "./embedded-cluster.js";

describeOnEmbeddedCluster("on the embedded cluster, registries", (target) => {
  describeRegistries("tell of tags", target);
  describeSignatures("tell who signed images, which", target);
  describeSignatureScope("ask for signatures, which", target);
});
