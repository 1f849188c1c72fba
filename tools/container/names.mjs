/** The container that is made, and no other. */
export const containerName = 'dind-station';

/** The grace period of the container, in seconds; the supervisor's budget (8 s) fits into it. */
export const graceSeconds = 20;
