package dev.flotilla.raft.message;

/**
 * The levels of what peers can say to each other and agree on. A peer states the newest that it knows in each frame;
 * a group is at the level that its configuration names, which its leader raises once all members know a newer one.
 * Nothing of a level is sent, and nothing is relied on, before the configuration that names it is committed.
 *
 * <p>The first byte of a frame ({@link MessageCodec#VERSION}) is another thing: it changes when older peers could not
 * even read who speaks which level.
 */
public final class FeatureLevel {
    /** What every peer knows. */
    public static final int FIRST = 1;

    /** Voters promise their leader not to vote for another one for a while, over restarts too; lease reads. */
    public static final int LEASE_READS = 2;

    /** Members have a {@link Member#priority}, which an older leader would drop from the configuration. */
    public static final int PRIORITIES = 3;

    /** Tickets can be revoked, in a configuration entry. */
    public static final int REVOKED_TICKETS = 4;

    /**
     * A group of {@code RaftConsensus} can move on to another version of its codecs, by an entry that older peers take for
     * no change at all: they would then refuse what the others apply.
     */
    public static final int CODEC_MOVES = 5;

    /** The newest that this code knows. */
    public static final int NEWEST = CODEC_MOVES;

    /** A bound for decoders, far beyond any level that there will be. */
    static final int MAX = 1_000_000;

    private FeatureLevel() {}
}
