/** What the filter needs to know of one processor architecture; numbers are part of the kernel's stable interface. */
export interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  audit: number;
  /** First number of a second set of calls with other sizes that would go around the filter: x32 on x86_64. */
  foreignFrom?: number;
  ioctl: number;
  clone: number;
  unshare: number;
  socket: number;
  /** Refused with EOPNOTSUPP, so that libraries write instead: it takes a disk's room faster than anybody can look. */
  fallocate: number;
  /** Refused with EPERM. */
  forbidden: readonly number[];
  /** Refused with ENOSYS, so that libraries take the older call. */
  absent: readonly number[];
}

/** Calls that came after the architectures agreed on numbers (424 and above are the same everywhere). */
const MOUNT_API = { open_tree: 428, move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433 };
const NEWER_FORBIDDEN = [
  ...Object.values(MOUNT_API),
  ...Object.values({ mount_setattr: 442, quotactl_fd: 443, open_tree_attr: 467 }),
];
const NEWER_ABSENT = Object.values({
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  clone3: 435,
});

/** From arch/x86/entry/syscalls/syscall_64.tbl. */
const X86_64 = {
  mount: 165,
  umount2: 166,
  pivot_root: 155,
  keyctl: 250,
  add_key: 248,
  request_key: 249,
  bpf: 321,
  perf_event_open: 298,
  userfaultfd: 323,
  setns: 308,
  kexec_load: 246,
  kexec_file_load: 320,
  init_module: 175,
  finit_module: 313,
  delete_module: 176,
  reboot: 169,
  swapon: 167,
  swapoff: 168,
  quotactl: 179,
  acct: 163,
  syslog: 103,
  open_by_handle_at: 304,
  fanotify_init: 300,
  nfsservctl: 180,
  iopl: 172,
  ioperm: 173,
};

/** From include/uapi/asm-generic/unistd.h. */
const ARM64 = {
  mount: 40,
  umount2: 39,
  pivot_root: 41,
  keyctl: 219,
  add_key: 217,
  request_key: 218,
  bpf: 280,
  perf_event_open: 241,
  userfaultfd: 282,
  setns: 268,
  kexec_load: 104,
  kexec_file_load: 294,
  init_module: 105,
  finit_module: 273,
  delete_module: 106,
  reboot: 142,
  swapon: 224,
  swapoff: 225,
  quotactl: 60,
  acct: 89,
  syslog: 116,
  open_by_handle_at: 265,
  fanotify_init: 262,
  nfsservctl: 42,
};

/** By the names of `process.arch`; elsewhere there is no filter, and the confinement says so. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    foreignFrom: 0x40000000,
    ioctl: 16,
    clone: 56,
    unshare: 272,
    socket: 41,
    fallocate: 285,
    forbidden: [...Object.values(X86_64), ...NEWER_FORBIDDEN],
    absent: NEWER_ABSENT,
  },
  arm64: {
    audit: 0xc00000b7,
    ioctl: 29,
    clone: 220,
    unshare: 97,
    socket: 198,
    fallocate: 47,
    forbidden: [...Object.values(ARM64), ...NEWER_FORBIDDEN],
    absent: NEWER_ABSENT,
  },
};
