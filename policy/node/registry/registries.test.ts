import { describe, expect, it } from "vitest";

import { parseImage } from "../../common/reference.js";
import { createRegistries, NO_REGISTRIES, registriesFile } from "./registries.js";

function find(registries: object[], image: string) {
  const parsed = parseImage(image);
  if (!parsed.ok) throw new Error(parsed.problem);
  return createRegistries(registriesFile.parse({ registries })).find(parsed.reference);
}

describe("the registries that may be asked", () => {
  it("are those of the file, by host and port as images name them", () => {
    const listed = [{ host: "quay.io" }, { host: "harbor.example.com:8443" }];
    expect(find(listed, "quay.io/x/app")?.endpoint.href).toBe("https://quay.io/");
    expect(find(listed, "QUAY.io/x/app")?.host).toBe("quay.io");
    expect(find(listed, "harbor.example.com:8443/app:1")?.endpoint.href).toBe(
      "https://harbor.example.com:8443/",
    );
    for (const image of [
      "harbor.example.com/app",
      "quay.io:444/x/app",
      "169.254.169.254/latest/app",
      "nginx",
    ])
      expect([image, find(listed, image)]).toEqual([image, undefined]);
    expect(NO_REGISTRIES.find({ host: "quay.io", port: "" })).toBeUndefined();
  });

  it("have Docker Hub under all its names, at the address where it answers", () => {
    for (const image of ["nginx", "docker.io/library/nginx", "registry-1.docker.io/library/nginx"])
      expect(find([{ host: "docker.io" }], image)).toMatchObject({
        endpoint: { host: "registry-1.docker.io" },
        tokenHosts: ["registry-1.docker.io", "auth.docker.io"],
      });
  });

  it.each([
    [{ registries: [] }, "registries"],
    [{ registries: [{ host: "https://ghcr.io" }] }, "registries.0.host"],
    [{ registries: [{ host: "ghcr.io", endpoint: "https://ghcr.io/v2" }] }, "registries.0.endpoint"],
    [{ registries: [{ host: "ghcr.io", username: "u" }] }, "registries.0"],
    [{ registries: [{ host: "ghcr.io", insecure: true }] }, "registries.0"],
    [{ registries: [{ host: "ghcr.io" }], recheckSeconds: 0 }, "recheckSeconds"],
  ])("refuse %j at %s", (file, path) => {
    const { error } = registriesFile.safeParse(file);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});
