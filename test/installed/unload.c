/* Opens libact as a plugin would, uses it in a thread, and closes it before the thread ends. */
/* SPDX-License-Identifier: MIT */
#include <act.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#define CALL(name) ((__typeof__(&name))dlsym(library, #name))

static void *uses(void *library)
{
    act_system  *system;
    act_message *message;
    if (CALL(act_system_create)(&system, ACT_SYSTEM_OPTIONS(.workers_count = 1)) != ACT_OK ||
        CALL(act_message_create)(&message, 1, 1) != ACT_OK)
        return NULL;
    CALL(act_message_free)(&message);
    CALL(act_system_destroy)(&system);
    dlclose(library); /* what the thread has of the library is given back when it ends: after
                         this */
    return system == NULL ? library : NULL;
}

int main(void)
{
    pthread_t thread;
    void     *done = NULL, *library = dlopen("libact.so.0", RTLD_NOW);
    if (library == NULL) {
        puts(dlerror());
        return 1;
    }
    if (pthread_create(&thread, NULL, uses, library) != 0 || pthread_join(thread, &done) != 0 ||
        done == NULL)
        return 1;
    puts("used and closed");
    return 0;
}
