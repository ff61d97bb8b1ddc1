/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accesses that do not come late. What an access goes by, such as a translation,
 * may be void a moment later, and a thread that the scheduler stops in between
 * would still carry it out, milliseconds after. A section of this kind is void
 * itself from the moment at which its thread is preempted, migrated or takes a
 * signal: it then changes nothing more, also in the middle of a copy, and says so.
 * This is Linux's restartable sequence (rseq(2), linux/rseq.h), by what glibc has
 * registered; x86-64. Where there is none (an old kernel, valgrind, the tunable
 * glibc.pthread.rseq), a section is never void.
 */
#ifndef RESTART_H
#define RESTART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins a section of the calling thread, and ends the one before. */
void restart_begin(void);

/* Of what was only read in it, this says whether it was of one moment. */
bool restart_is_void(void);

/*
 * These take part in the section. False: it is void, and its owner begins again.
 * Part of a copy may have been made; aligned words of 8 bytes are whole. An
 * exchange also returns false if @slot was not @old.
 */
bool restart_copy(void *to, const void *from, size_t len);
bool restart_exchange(uint64_t *slot, uint64_t old, uint64_t new);

#endif /* RESTART_H */
