/**
 * What applications see of the engine: a {@link dev.flotilla.raft.RaftNode} that hosts many
 * {@linkplain dev.flotilla.raft.RaftGroup groups}, each over a {@link dev.flotilla.raft.machine.StateMachine}.
 *
 * <p>Snapshots are taken by policy ({@link dev.flotilla.raft.driver.NodeSettings}), on command, or driven from outside: a
 * state machine that keeps its own state begins one, makes its files durable, and ends it, which shortens the log. Followers
 * that lag and newcomers are given the view that was captured at the beginning.
 *
 * <p>The protocol lives in {@code raft.core}, the loops and executors in {@code raft.driver}, the disk in
 * {@code raft.storage}.
 */
@NullMarked
package dev.flotilla.raft;

import org.jspecify.annotations.NullMarked;
