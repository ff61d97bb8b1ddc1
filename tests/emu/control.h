/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does a person or a test ask of the running model? A socket that takes
 * lines, from a few clients at once, and answers each with one line: "ok", or
 * "error: " and why.
 */
#ifndef CONTROL_H
#define CONTROL_H

struct control;

/* Carries a request out, in the control thread: NULL, or what is wrong with it. */
typedef const char *(*control_fn)(void *arg, const char *request);

/*
 * Serves the clients of @listener, which it takes over, until control_free().
 * NULL with errno set on failure.
 */
struct control *control_new(int listener, control_fn run, void *arg);
void control_free(struct control *control);

#endif /* CONTROL_H */
