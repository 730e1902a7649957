import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { makeRequest } from "../../../cluster/certificates/request-for-tests.js";
import { describeParity, sameOnBoth } from "./both-clusters.js";

const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
const jane = await makeRequest("CN=jane,O=dev");
const root = await makeRequest("CN=root,O=system:masters");

describeParity("certificates of clients", () => {
  sameOnBoth(
    "are asked for, approved and used",
    async ({ run, quietly, until, namespace }) => {
      const name = `jane-${namespace}`;
      await run("create -f -", requestOf(name, jane.request, { expirationSeconds: 3600 }));
      await run(`certificate approve ${name}`);
      await until(`get csr ${name}`, /Issued/);
      await run(`get csr ${name} -o jsonpath={.spec.usages}{.status.conditions[*].reason}`);
      const { stdout } = await quietly(`get csr ${name} -o jsonpath={.status.certificate}`);
      const folder = mkdtempSync(join(tmpdir(), "lectern-parity-certificate-"));
      const paths = { certificate: join(folder, "jane.crt"), key: join(folder, "jane.key") };
      writeFileSync(paths.certificate, Buffer.from(stdout, "base64"));
      writeFileSync(paths.key, jane.key);
      const asJane = [`--client-certificate=${paths.certificate}`, `--client-key=${paths.key}`];
      await quietly("create rolebinding jane --clusterrole=view --group=dev");
      await until([...asJane, "auth", "can-i", "list", "pods"], /yes/);
      const answers = [
        await quietly([...asJane, "auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}"]),
        await quietly([...asJane, "get", "secrets"]),
      ];
      rmSync(folder, { recursive: true });
      expect(answers[0]?.stdout).toBe('["dev","system:authenticated"]');
      expect(answers[1]?.stderr).toContain('User "jane" cannot list resource "secrets"');
      await run(`certificate approve ${name}`);
      await run(`certificate deny ${name}`);
      await quietly(`delete csr ${name}`);
    },
    [/approved/, /is already Approved/],
  );

  sameOnBoth(
    "are refused, denied and failed",
    async ({ run, until, quietly, namespace }) => {
      const [denied, failed] = [`denied-${namespace}`, `failed-${namespace}`];
      await run("create -f -", requestOf(denied, jane.request, { signerName: "example.com/own" }));
      await run(`certificate deny ${denied}`);
      await run(`get csr ${denied} -o jsonpath={.status.conditions[*].type}`);
      await run(`certificate approve ${denied}`);
      await run([...patch(denied), "--patch", '{"spec":{"usages":["any"]}}']);
      const forgotten = '{"status":{"conditions":null}}';
      await run([...patch(denied), "--subresource=approval", "--patch", forgotten]);
      const text = '{"status":{"certificate":"aGVsbG8="}}';
      await run([...patch(denied), "--subresource=status", "--patch", text]);
      await run(["get", "csr", "--field-selector", `spec.signerName=example.com/own`, "-o", "name"]);
      await run("create -f -", requestOf(failed, jane.request, { usages: ["server auth"] }));
      await run(`certificate approve ${failed}`);
      await until(`get csr ${failed}`, /Failed/);
      await run(["get", "csr", failed, "-o", "jsonpath={.status.conditions[1].message}"]);
      await run("create -f -", requestOf("root", root.request));
      await run(
        "create -f -",
        requestOf("bad", jane.request, { usages: ["bogus"], signerName: "own", expirationSeconds: 60 }),
      );
      await run("create -f -", requestOf("bad", "aGVsbG8="));
      await quietly(`delete csr ${denied} ${failed}`);
    },
    [/Forbidden: updates may not remove/, /signer with system:masters group is not allowed/],
  );
});

function requestOf(name: string, request: string, fields: object = {}): object {
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: { request, signerName: CLIENT_SIGNER, usages: ["client auth"], ...fields },
  };
}

function patch(name: string): string[] {
  return ["patch", "csr", name, "--type=merge"];
}
