import { describeBadInput } from "../kubernetes/policy/bad-input-suite.js";
import { describeRandomImages } from "../kubernetes/policy/random-images-suite.js";
import { describeTerraform } from "../kubernetes/policy/terraform-suite.js";
import { describeOnEmbeddedCluster } from "./embedded-cluster.js";

describeOnEmbeddedCluster("the embedded cluster", (target) => {
  describeBadInput("holds against two editors and changing labels", target);
  describeRandomImages("judges random images as the evaluator does", target);
  describeTerraform("answers the provider of Terraform", target);
});
