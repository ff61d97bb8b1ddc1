/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that a shell may offer. */
#ifndef COMPLETE_H
#define COMPLETE_H

/* Print, a line each, what may stand for the last of @words, which follow "dsactl". */
void complete(int nr, char **words);

#endif /* COMPLETE_H */
