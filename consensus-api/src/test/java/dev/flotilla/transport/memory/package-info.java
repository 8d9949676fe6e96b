/** Transports in one process, whose network can be cut and healed: for tests, of an application too. */
@NullMarked
package dev.flotilla.transport.memory;

import org.jspecify.annotations.NullMarked;
