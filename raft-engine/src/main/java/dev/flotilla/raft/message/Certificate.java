package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;

/**
 * A member's signed word that another peer is one, issued when the configuration entry that adds it commits. With the
 * issuer's own certificates behind it, it convinces a member that lags (thesis §4.1) and does not know the peer yet.
 *
 * @param genesis the group
 * @param subject the member
 * @param storeId its data directory
 * @param configurationId the committed configuration entry that names it
 * @param issuer who signed
 * @param signature over {@link #signedBytes}, as {@link dev.flotilla.transport.PeerCredentials#sign} makes it
 */
public record Certificate(
        GenesisId genesis, PeerId subject, StoreId storeId, EntryId configurationId, PeerId issuer, Bytes signature) {
    /** The longest chain that is shown or believed. */
    public static final int CHAIN_MAX = 64;

    /** What is signed: everything but the signature. */
    public Bytes signedBytes() {
        return SignedText.of("flotilla-admission-1", genesis, subject, storeId, configurationId, issuer);
    }

    /** The same with the issuer's signature, which takes a while. */
    public Certificate signedBy(PeerCredentials issuing) {
        return new Certificate(genesis, subject, storeId, configurationId, issuer, issuing.sign(signedBytes()));
    }

    /** Whether the signature is the issuer's, which takes a while to find out. */
    public boolean isSigned(PeerCredentials verifying) {
        return verifying.verify(issuer, signedBytes(), signature);
    }
}
