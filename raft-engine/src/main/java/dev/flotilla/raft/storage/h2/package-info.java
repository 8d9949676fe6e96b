/**
 * The log on H2's MVStore: one file, one commit and one fsync a round.
 *
 * <p>MVStore writes each commit as one chunk to free space of the file and finds the newest chunk when it opens. It
 * recognises a chunk by its first and last bytes alone, so a chunk that a power loss left incomplete in its middle would
 * pass, and when a chunk is missing it falls back silently to any older set of chunks that fits. Neither is good enough
 * for a log that has acknowledged things. {@code ChunkGuard} stands between MVStore and the file: it adds a checksum to
 * each chunk, tells which chunks are intact before MVStore opens the file, and {@code H2LogStorage} accepts the newest
 * intact chunk only. What was being written when the power went is cut.
 *
 * <p>Each row has a checksum too, of who it is and of what it holds. Damage to what rows hold concerns their groups alone:
 * {@code ChunkProof} proves that a damaged chunk is otherwise as it was written, the log opens, and the entry is fetched
 * again from a peer. Any other damage may concern every group, and the log is refused.
 */
@NullMarked
package dev.flotilla.raft.storage.h2;

import org.jspecify.annotations.NullMarked;
