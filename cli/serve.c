// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change for a user who is not root. The socket's group says who may ask, the kernel who asks: a
 * user's vdevs are those that have the user's name as their owner. A user may create vdevs on free
 * slices, within the quota, and destroy and hint the own ones; the table of verbs says with which
 * options. Everything else needs root.
 *
 * What is asked is parsed by the same tables as a command line. Nothing of the user's is opened or
 * read: no file, no stream, no environment.
 */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cmd_table.h"
#include "frames.h"
#include "out.h"
#include "serve.h"
#include "text.h"

#define CONNECTION STDIN_FILENO
#define MAX_WORDS 64
#define PATIENCE_MS 5000	/* with a user who says nothing, or, in all, with one who prints slowly */

/* ---- Who asks ---- */

static bool is_owner(const char *text)
{
	size_t len = strlen(text);

	for (const char *c = text; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return len && len < sizeof(((struct peer *)NULL)->owner);
}

static bool read_peer(struct peer *peer)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	const struct passwd *user;

	if (getsockopt(CONNECTION, SOL_SOCKET, SO_PEERCRED, &cred, &len) || len != sizeof(cred))
		return false;
	peer->uid = cred.uid;
	user = getpwuid(cred.uid);
	if (user && is_owner(user->pw_name))
		snprintf(peer->owner, sizeof(peer->owner), "%s", user->pw_name);
	else
		snprintf(peer->owner, sizeof(peer->owner), "%u", cred.uid);
	return true;
}

/* ---- What is asked ---- */

/* Words of the frame into @argv, from place 1; their number with place 0, or 0 where it is no text. */
static int read_words(struct frame *frame, char **argv)
{
	int argc = 1;

	if (frame->kind != FRAME_WORDS || !frame->len || frame->bytes[frame->len - 1])
		return 0;
	argv[0] = "dsactl";
	for (size_t at = 0; at < frame->len; at += strlen(frame->bytes + at) + 1) {
		if (argc == MAX_WORDS)
			return 0;
		argv[argc++] = frame->bytes + at;
	}
	argv[argc] = NULL;
	return argc;
}

static int refuse(const char *object, const char *cause)
{
	return out_refuse(object, cause, "ask the administrator", EXIT_PERMISSION);
}

int serve_admit(const struct peer *peer, struct cmd_line *line)
{
	struct value *owner = &line->opt[OPT_OWNER];
	char text[128];

	if (!line->cmd || !line->cmd->served)
		return refuse(line->cmd ? line->cmd->name : "dsactl", "only root may do this");
	for (int id = 0; id < NR_OPTS; id++)
		if (line->opt[id].set && !(line->cmd->served >> id & 1)) {
			snprintf(text, sizeof(text), "--%s", opts[id].name);
			return refuse(text, "only root may say this");
		}
	if (owner->set && strcmp(owner->text, peer->owner)) {
		snprintf(text, sizeof(text), "your vdevs are those of %s", peer->owner);
		return refuse(owner->text, text);
	}
	*owner = (struct value){ .set = true, .text = peer->owner };
	line->served_for = peer->owner;
	return 0;
}

/* ---- What is printed ---- */

/*
 * What is left of PATIENCE_MS: a change may be under way, and others wait for it. 0: the user is gone,
 * or too slow.
 */
static int patience_ms = PATIENCE_MS;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Send @frame and have it answered, in the same place. */
static bool ask(struct frame *frame)
{
	int64_t begun = now_ms();
	bool answered = patience_ms > 0 && frame_send(CONNECTION, frame, patience_ms) &&
			frame_receive(CONNECTION, frame, patience_ms) && frame->kind == FRAME_DONE && frame->len == 1;
	int64_t took = now_ms() - begun;

	patience_ms = answered && took < patience_ms ? patience_ms - took : 0;
	return answered;
}

/* @cookie is the kind of frame. Each is answered once it was printed. */
static ssize_t put(void *cookie, const char *text, size_t size)
{
	static struct frame frame;
	size_t len = size < sizeof(frame.bytes) ? size : sizeof(frame.bytes);

	frame.kind = (enum frame_kind)(uintptr_t)cookie;
	frame.len = len;
	memcpy(frame.bytes, text, len);
	if (ask(&frame) && frame.bytes[0] == 1)
		return len;
	errno = EPIPE;
	return 0;
}

static FILE *open_stream(enum frame_kind kind, int mode)
{
	FILE *stream = fopencookie((void *)(uintptr_t)kind, "w", (cookie_io_functions_t){ .write = put });

	if (stream)
		setvbuf(stream, NULL, mode, 4096);
	return stream;
}

static void say_exit(int code)
{
	static struct frame frame = { .kind = FRAME_EXIT, .len = 1 };

	frame.bytes[0] = code;
	frame_send(CONNECTION, &frame, PATIENCE_MS);
}

/* One line for each request, in the journal of the unit. */
static void note(const struct peer *peer, int argc, char **argv, int code)
{
	char line[512];
	int used = snprintf(line, sizeof(line), "%s (uid %u):", peer->owner, peer->uid);

	for (int i = 1; i < argc && used < (int)sizeof(line); i++)
		used += snprintf(line + used, sizeof(line) - used, " %s", argv[i]);
	dprintf(STDERR_FILENO, "%s: %d\n", text_clean(line), code);
}

int serve(serve_run_fn *run)
{
	static struct frame frame;
	char *argv[MAX_WORDS + 1];
	struct peer peer;
	int argc, code;

	if (!read_peer(&peer))
		return out_failed("standard input", "it is no socket: dsactl-request.socket runs this");
	argc = frame_receive(CONNECTION, &frame, PATIENCE_MS) ? read_words(&frame, argv) : 0;
	if (!argc)
		return out_failed(peer.owner, "what this user sent is no request");
	stdout = open_stream(FRAME_OUT, _IOFBF);
	stderr = open_stream(FRAME_ERR, _IOLBF);
	if (!stdout || !stderr)
		return EXIT_FAILED;
	code = run(argc, argv, &peer);
	fflush(stderr);
	say_exit(code);
	note(&peer, argc, argv, code);
	return EXIT_DONE;
}
