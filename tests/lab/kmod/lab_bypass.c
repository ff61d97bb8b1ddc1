// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: does somebody offer an interrupt for an eventfd to be bypassed?
 *
 * KVM asks so where the host can post interrupts to its guests, which no emulated
 * host can. Here a process writes the number of an eventfd of its own, or -1, to
 * the parameter "eventfd", and reads there which interrupt is offered for it, 0
 * for none.
 */
#include <linux/eventfd.h>
#include <linux/irqbypass.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

static struct eventfd_ctx *eventfd;	/* the parameters' lock */
static int irq;

static int add_producer(struct irq_bypass_consumer *consumer, struct irq_bypass_producer *producer)
{
	WRITE_ONCE(irq, producer->irq);
	return 0;
}

static void del_producer(struct irq_bypass_consumer *consumer, struct irq_bypass_producer *producer)
{
	WRITE_ONCE(irq, 0);
}

static struct irq_bypass_consumer consumer = {
	.add_producer = add_producer,
	.del_producer = del_producer,
};

static int consumer_register(struct eventfd_ctx *ctx)
{
#ifdef LAB_IRQ_BYPASS_BY_EVENTFD
	return irq_bypass_register_consumer(&consumer, ctx);
#else
	consumer.token = ctx;
	return irq_bypass_register_consumer(&consumer);
#endif
}

static void forget(void)
{
	if (!eventfd)
		return;
	irq_bypass_unregister_consumer(&consumer);
	eventfd_ctx_put(eventfd);
	eventfd = NULL;
}

static int eventfd_set(const char *val, const struct kernel_param *kp)
{
	struct eventfd_ctx *ctx;
	int fd, err = kstrtoint(val, 0, &fd);

	if (err)
		return err;
	forget();
	if (fd < 0)
		return 0;
	ctx = eventfd_ctx_fdget(fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	err = consumer_register(ctx);
	if (err)
		eventfd_ctx_put(ctx);
	else
		eventfd = ctx;
	return err;
}

static int eventfd_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(irq));
}

static const struct kernel_param_ops eventfd_ops = { .set = eventfd_set, .get = eventfd_get };
module_param_cb(eventfd, &eventfd_ops, NULL, 0600);

static int __init lab_bypass_init(void)
{
	return 0;
}
module_init(lab_bypass_init);

static void __exit lab_bypass_exit(void)
{
	forget();
}
module_exit(lab_bypass_exit);

MODULE_DESCRIPTION("Test only: tells which interrupt is offered for an eventfd");
MODULE_LICENSE("GPL");
