/* The three standard descriptors, which a program may be started without. */
#ifndef BASE_STDIO_H
#define BASE_STDIO_H

/*
 * Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed. Called before anything
 * else is opened: a socket or a file that got one of these numbers would be read as standard
 * input, or be sent the output and the log.
 */
void stdio_reserve(void);

#endif
