import { describe, expect, it } from "vitest";
import { isForbiddenAddress, plainAddress } from "./network-target.js";

describe("an address in numbers", () => {
  it("has one plain form", () => {
    expect(plainAddress("10.0.0.5")).toBe("10.0.0.5");
    expect(plainAddress("FD00:0:0:0:0:0:0:2%eth0")).toBe("fd00::2");
    for (const address of ["::ffff:10.0.0.5", "0:0:0:0:0:FFFF:0A00:0005", "64:ff9b::a00:5"])
      expect(plainAddress(address), address).toBe("10.0.0.5");
  });

  it("is forbidden to labs where it is this machine or a metadata service, however it is written", () => {
    const four = ["127.0.0.1", "0.0.0.0", "169.254.169.254", "100.100.100.200", "224.0.0.1"];
    const six = ["::", "::1", "0::1", "0:0:0:0:0:0:0:1", "fe80::1%lo", "ff02::1", "fd00:0ec2:0:0:0:0:0:254"];
    const mapped = ["0:0:0:0:0:ffff:7f00:1", "0:0:0:0:0:ffff:169.254.169.254", "64:ff9b:0:0:0:0:7f00:0001"];
    for (const address of [...four, ...six, ...mapped])
      expect(isForbiddenAddress(address), address).toBe(true);
    for (const address of ["10.0.0.5", "192.0.2.1", "2001:db8::1", "::ffff:10.0.0.5", "64:ff9b::a00:5"])
      expect(isForbiddenAddress(address), address).toBe(false);
  });
});
