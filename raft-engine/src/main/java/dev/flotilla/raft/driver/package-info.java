/**
 * What surrounds the cores: event loops, the storage thread, the apply executor, the network.
 *
 * <p>Each group belongs to one event loop; there are as many loops as processors, not as groups. A loop drains its
 * inbox over all its groups, steps each core, hands one write to storage, and carries out the effects of a step once
 * everything persisted before them is durable. No loop waits for a disk, a socket or a state machine. Every queue has a
 * bound; every future completes, on close too.
 */
@NullMarked
package dev.flotilla.raft.driver;

import org.jspecify.annotations.NullMarked;
