import { describeAudit } from "../kubernetes/policy/audit-suite.js";
import { describeExceptions } from "../kubernetes/policy/exceptions-suite.js";
import { describeHistory } from "../kubernetes/policy/history-suite.js";
import { describeOpenApi } from "../kubernetes/policy/openapi-suite.js";
import { describePolicies } from "../kubernetes/policy/policy-suite.js";
import { describePreview } from "../kubernetes/policy/preview-suite.js";
import { describeRoles } from "../kubernetes/policy/roles-suite.js";
import { describeTmc } from "../kubernetes/policy/tmc-suite.js";
import { describeTmcScripts } from "../kubernetes/policy/tmc-scripts-suite.js";
import { describeOnEmbeddedCluster } from "./embedded-cluster.js";

describeOnEmbeddedCluster("the embedded cluster", (target) => {
  describePolicies("enforces image policies", target);
  describeTmc("answers tmc and REST", target);
  describeAudit("audits what runs", target);
  describePreview("says before what a change does", target);
  describeExceptions("makes exceptions", target);
  describeRoles("lets everybody do what their roles say", target);
  describeHistory("keeps what was changed", target);
  describeOpenApi("is what its document says", target);
  describeTmcScripts("runs the scripts people have", target);
});
