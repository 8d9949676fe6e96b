package dev.flotilla.peer.community;

/**
 * How large documents and patches may be. All members must come to the same verdict on a patch, so these are no settings:
 * members that differ in one would no longer have the same document. Whoever changes one has a group begin to use the new
 * value at an entry that all members know, by a feature level (raft-engine, {@code FeatureLevel}); none has been changed
 * since there is a release.
 */
public final class DocumentLimits {
    /** Of the document written as JSON without blanks. */
    public static final int DOCUMENT_BYTES_MAX = 8 << 20;

    /** Of arrays and objects within each other in a document. */
    public static final int NESTING_MAX = 64;

    /** The same in anything that is read: patches, snapshots and messages have documents in them. */
    static final int READ_NESTING_MAX = NESTING_MAX + 8;

    /** Of operations in one patch. */
    public static final int OPERATIONS_MAX = 4096;

    /** Of the bytes, members and elements of the document that one patch goes through. */
    static final long PATCH_WORK_MAX = 8L * DOCUMENT_BYTES_MAX;

    /** Of digits in one number. */
    public static final int NUMBER_LENGTH_MAX = 256;

    /** Of a number's exponent, either way. */
    public static final int EXPONENT_MAX = 1024;

    private DocumentLimits() {}
}
