/**
 * What applications see of the engine: a {@link dev.flotilla.raft.RaftNode} that hosts many
 * {@linkplain dev.flotilla.raft.RaftGroup groups}, each over a {@link dev.flotilla.raft.machine.StateMachine}.
 *
 * <p>The protocol lives in {@code raft.core}, the loops and executors in {@code raft.driver}, the disk in
 * {@code raft.storage}.
 */
@NullMarked
package dev.flotilla.raft;

import org.jspecify.annotations.NullMarked;
