import type { Session } from "./both-clusters.js";
import { describeParity, sameOnBoth } from "./both-clusters.js";

const entry = {
  manager: "me",
  operation: "Update",
  apiVersion: "v1",
  time: "2026-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:data": { "f:x": {} } },
};
/** None of them can be read, so none changes anything. */
const UNREADABLE = [
  { ...entry, operation: "Create" },
  { ...entry, fieldsType: "FieldsV2" },
  { ...entry, apiVersion: "" },
  { ...entry, fieldsV1: { data: {} } },
  { ...entry, fieldsV1: { "k:x": {} } },
  { ...entry, fieldsV1: { "i:x": {} } },
];

describeParity("managed fields", () => {
  sameOnBoth(
    "clients can forget owners and name others; what cannot be read changes nothing",
    async (session) => {
      const { run } = session;
      await run("create configmap map --from-literal=x=1");
      await run("apply --server-side --field-manager=first -f -", map({ y: "2" }));
      for (const unreadable of UNREADABLE) await claim(session, [unreadable]);
      await claim(session, null);
      await claim(session, [
        { ...entry, manager: "other" },
        entry,
        { ...entry, fieldsV1: { "f:data": { "f:y": {} } } },
      ]);
      await claim(session, [{ ...entry, apiVersion: "a/b" }]);
      await run("apply --server-side --field-manager=first -f -", map({ x: "1" }));
      await show(session);
      await claim(session, [{ ...entry, manager: "m".repeat(200) }]);
      await claim(session, [{}]);
      await run(["patch", "configmap", "map", "--type=merge", '--patch={"data":{"z":"1"}}']);
      await show(session);
      await run([
        "patch",
        "configmap",
        "map",
        "--type=json",
        '--patch=[{"op":"remove","path":"/metadata/managedFields"}]',
      ]);
    },
    [/manager: other/],
  );

  sameOnBoth(
    "what nobody owned belongs to whoever there was before the first apply",
    async (session) => {
      const { run } = session;
      await run("create configmap map --from-literal=x=1");
      await claim(session, []);
      await run("apply --server-side --field-manager=first -f -", map({ x: "2" }));
      await run("apply --server-side --field-manager=first -f -", map({ x: "1", y: "2" }));
      await show(session);
    },
    [/conflict with "before-first-apply"/],
  );

  sameOnBoth(
    "a field is dropped that was applied by the client first and by the server since",
    async (session) => {
      const { run } = session;
      await run("apply -f -", map({ a: "1", b: "2" }));
      await run("apply --server-side -f -", map({ a: "1", b: "2" }));
      await run("apply --server-side -f -", map({ a: "1" }));
      await run("get configmap map -o jsonpath={.data}");
      await show(session);
    },
    [/\{"a":"1"\}/],
  );
});

async function claim(session: Session, managedFields: unknown): Promise<void> {
  const patch = JSON.stringify({ metadata: { managedFields } });
  await session.run(["patch", "configmap", "map", "--type=merge", `--patch=${patch}`]);
  await show(session);
}

function show({ run }: Session): Promise<unknown> {
  return run("get configmap map --show-managed-fields -o yaml");
}

function map(data: object): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" }, data };
}
