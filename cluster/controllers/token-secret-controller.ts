import type { ApiObject } from "../api/object.js";
import { isRecord } from "../api/field-access.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { keyOf, locationOfKey, locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import { isNotFound } from "./pod-control.js";
import { secrets, serviceAccounts } from "./resource-refs.js";

/** Makes the token a Secret of a service account holds. */
export type IssueSecretToken = (account: ApiObject, secret: ApiObject) => string;

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

/** Fills the Secrets that ask for a service account's token, and deletes those whose account is gone. */
export function createTokenSecretController(
  { api }: ControllerContext,
  {
    issueToken,
    rootCertificates = "",
  }: { issueToken: IssueSecretToken | undefined; rootCertificates: string | undefined },
): Controller {
  const writes = writesOf("tokens-controller");
  return {
    name: "token-secrets",
    watch: (queue) => [
      api.watch(secrets, ({ object }) => {
        if (object["type"] === TYPE) queue.add(keyOf(object));
      }),
      api.watch(serviceAccounts, ({ type, object }) => {
        if (type === "MODIFIED") return;
        for (const secret of api.list(secrets, { namespace: namespaceOf(object) }))
          if (accountNameOf(secret) === nameOf(object)) queue.add(keyOf(secret));
      }),
    ],
    reconcile: async (key) => {
      const secret = api.find(secrets, locationOfKey(key));
      if (secret === undefined || secret["type"] !== TYPE || issueToken === undefined) return;
      const at = { namespace: namespaceOf(secret), name: accountNameOf(secret) };
      const account = api.find(serviceAccounts, at);
      const { [ACCOUNT_UID]: uid } = secret.metadata.annotations ?? {};
      if (account === undefined || (uid !== undefined && uid !== account.metadata.uid)) {
        await api.delete(secrets, locationOfObject(secret), writes).catch(ignoreMissing);
        return;
      }
      const data = isRecord(secret["data"]) ? secret["data"] : {};
      if (data["token"] !== undefined && uid !== undefined) return;
      const annotations = { [ACCOUNT_UID]: account.metadata.uid ?? "" };
      const filled = {
        "ca.crt": encoded(rootCertificates),
        namespace: encoded(namespaceOf(secret)),
        token: encoded(issueToken(account, secret)),
      };
      const body = { metadata: { uid: secret.metadata.uid, annotations }, data: { ...filled, ...data } };
      await api.patch(secrets, locationOfObject(secret), { type: "merge", body }, writes);
    },
  };
}

function accountNameOf({ metadata }: ApiObject): string {
  return metadata.annotations?.[ACCOUNT_NAME] ?? "";
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
