/**
 * What `npm test` runs under busybox beside everything under dash: one test for each verb and each part in which the
 * shells or their tools differ. Everything under both runs in `npm run test:all`.
 * @type {readonly { file: string, tests: readonly string[], reason: string }[]}
 */
export const busyboxTests = [
  {
    file: 'lock.bats',
    tests: [
      'two starts at the same moment: one daemon, both succeed',
      'cancel ends a start that is under way, and the daemon it was starting',
    ],
    reason: "busybox's flock, kill and sleep are its own: the lock, and a signal that ends a wait",
  },
];
