import { expect, it } from "vitest";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { portsBegun, untilListening } from "./begun-ports.js";

it.each([
  ["kubectl port-forward service/web 8080:80 &", [8080]],
  ["kubectl -n shop port-forward deploy/web 8080:http 9090 >/dev/null 2>&1 &\nsleep 1", [8080, 9090]],
  ["k port-forward pod/web 8080:80 &> forward.log &", [8080]],
  ["kubectl proxy &", [8001]],
  ["kubectl proxy --port=9001 &", [9001]],
  ["kubectl port-forward service/web :80 &", []],
  ["kubectl port-forward service/web 8080:80", []],
  ["kubectl get pods && echo 8080", []],
  ["sleep 8080 &", []],
])("`%s` begins to listen on %j", (text, ports) => {
  expect(portsBegun(text)).toEqual(ports);
});

it("waits for all of the ports by the kernel's own table", async () => {
  const tables = [line("1F90", "01"), line("1F90", "0A"), `${line("1F90", "0A")}\n${line("2382", "0A")}`];
  const host = {
    exec: () =>
      Promise.resolve({ exitStatus: 0, stdout: Buffer.from(tables.shift() ?? ""), stderr: Buffer.from("") }),
  } satisfies Pick<SessionHost, "exec">;
  await untilListening(host, "one", { ports: [8080, 9090] });
  expect(tables).toEqual([]);
});

/** A line of the kernel's table of sockets. */
function line(port: string, state: string): string {
  return `   0: 0100007F:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 20001 0 1`;
}
