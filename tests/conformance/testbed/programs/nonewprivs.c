/* Prints its effective user id: set-uid root in the image, so the answer tells whether no_new_privs held. */
#include <stdio.h>
#include <unistd.h>
int main(void) {
  printf("Effective uid: %d\n", (int)geteuid());
  return 0;
}
