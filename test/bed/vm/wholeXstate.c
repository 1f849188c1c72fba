/*
 * Preloaded into the user-mode-linux kernel of `vm` on processors with AMX, where it cannot start a process by itself.
 *
 * It sets the registers of a process with PTRACE_SETREGSET and the 2696 bytes of state that processors had when it was
 * written. Linux takes the state whole or not at all (EFAULT), and with AMX it has 11008 bytes. What is missing is in its
 * initial state, which the header of the area says already: zeros do.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* More than any processor has today. */
enum { MOST = 65536 };

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  pid_t pid = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);

  /* The system call stores what it peeks at; the function returns it. */
  if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
    long word = 0;
    return syscall(SYS_ptrace, request, pid, address, &word) < 0 ? -1 : word;
  }

  static char area[MOST];
  static size_t whole;
  struct iovec *part = data;
  if (request == PTRACE_SETREGSET && address == (void *)NT_X86_XSTATE && part->iov_len < MOST) {
    if (whole == 0) {
      struct iovec all = {area, MOST};
      if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, address, &all) < 0) return -1;
      whole = all.iov_len;
    }
    if (part->iov_len < whole) {
      memcpy(area, part->iov_base, part->iov_len);
      memset(area + part->iov_len, 0, whole - part->iov_len);
      struct iovec all = {area, whole};
      return syscall(SYS_ptrace, request, pid, address, &all);
    }
  }
  return syscall(SYS_ptrace, request, pid, address, data);
}
