/**
 * What surrounds the cores: event loops, the storage thread, the apply executor, the network.
 *
 * <p>Each group belongs to one event loop; there are as many loops as processors, not as groups. A loop drains its
 * inbox over all its groups, steps each core, hands one write to storage, and carries out the effects of a step once
 * everything persisted before them is durable. No loop waits for a disk, a socket or a state machine. Every queue has a
 * bound; every future completes, on close too.
 *
 * <p>To wake a thread costs about as much as a step of a core. So a lone small write is written on the loop's own thread
 * where writes are fast ({@code StorageThread.writeNow}), what ends in one round is told by one thread ({@code Callbacks}),
 * and a loop that sleeps is not woken for what nobody awaits ({@code EventLoop.executeSoon}).
 */
@NullMarked
package dev.flotilla.raft.driver;

import org.jspecify.annotations.NullMarked;
