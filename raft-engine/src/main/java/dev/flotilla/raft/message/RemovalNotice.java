package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;

/**
 * A member's signed word that a peer is none any longer.
 *
 * @param genesis the group
 * @param subject the former member
 * @param storeId its data directory
 * @param configurationId the newest committed configuration entry that the issuer knows; it does not name the subject
 * @param issuer who signed
 * @param signature over {@link #signedBytes}
 */
public record RemovalNotice(
        GenesisId genesis, PeerId subject, StoreId storeId, EntryId configurationId, PeerId issuer, Bytes signature) {
    /** What is signed: everything but the signature. */
    public Bytes signedBytes() {
        return SignedText.of("flotilla-removal-1", genesis, subject, storeId, configurationId, issuer);
    }
}
