/**
 * Of the files of tests in virtual machines, what an ordinary `npm test` leaves to `npm run test:all`, whose matrix proves
 * on cgroup v2 every limit with each engine, and that the doctor is silent where all is well. In this machine, which is a
 * program, these take minutes. What stays shows a wrong "enforced": one in which nothing can be enforced, those in which
 * containers leave what encloses them, and those whose memory limits kill.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const leftToTestAll = {
  'v2/doctor.bats': ['nested and prepared: no error, and no warning that is false'],
  'v2/limits.bats': [
    'nested and prepared: every limit the kernel has is enforced, and nothing is left',
    'a reservation counts where the groups around it protect as much',
    'a smaller limit around the engine: the inner one is said to be without effect',
    'no room in the memory around the engine: the memory proofs are not run',
    "the machine's cgroup namespace, prepared: containers stay inside",
  ],
  'v2/nesting.bats': [
    "limits of nested containers are enforced after start, by the kernel's own counters",
    "in the machine's cgroup namespace a nested hog escapes the container's limit without preparation",
  ],
};
