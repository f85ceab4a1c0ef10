/* First process of a sandbox: sleeps, reaps what is reparented to it, leaves on TERM or INT. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static void leave(int signal) { _exit(signal == SIGTERM || signal == SIGINT ? 0 : 1); }
static void reap(int signal) {
  (void)signal;
  while (waitpid(-1, 0, WNOHANG) > 0) {
  }
}
int main(void) {
  struct sigaction on_leave = {.sa_handler = leave};
  struct sigaction on_child = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP};
  sigaction(SIGTERM, &on_leave, 0);
  sigaction(SIGINT, &on_leave, 0);
  sigaction(SIGCHLD, &on_child, 0);
  for (;;) pause();
}
