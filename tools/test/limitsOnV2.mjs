/**
 * Of limits.bats on cgroup v2, what runs in an ordinary `npm test`: one in which nothing can be enforced, and one in which
 * containers leave what encloses them, for these are what a wrong "enforced" would hide. All of them run in
 * `npm run test:all`, and its matrix proves every limit there with each engine. In this machine, which is a program, they
 * take four minutes in which nothing else may run.
 */
export const limitsOnV2 = [
  'not prepared: memory and CPU are not delegated, and that is said',
  "the machine's cgroup namespace: containers that leave what encloses them are found out",
];
