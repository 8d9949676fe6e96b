/**
 * What a node keeps on disk: one log for all its groups, and their snapshots.
 *
 * <p>{@link dev.flotilla.raft.storage.LogStorage} takes one write a round, for all groups, and makes it durable in one
 * piece. {@link dev.flotilla.raft.storage.SnapshotStore} keeps the newest snapshot of each group as a file that is
 * replaced atomically. Nothing here knows the protocol.
 */
@NullMarked
package dev.flotilla.raft.storage;

import org.jspecify.annotations.NullMarked;
