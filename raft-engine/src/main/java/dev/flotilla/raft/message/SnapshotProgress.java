package dev.flotilla.raft.message;

/** How far the receiver of an offered snapshot is. */
public enum SnapshotProgress {
    /** Its bytes are on their way. */
    FETCHING,
    /** Nobody gave them; the leader offers again, later. */
    FAILED,
    /** The receiver's log and state reach at least to its end. */
    INSTALLED
}
