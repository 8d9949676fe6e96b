package dev.flotilla.peer.community;

/** How large documents and patches may be. All members must hold the same limits, so these are no settings. */
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
