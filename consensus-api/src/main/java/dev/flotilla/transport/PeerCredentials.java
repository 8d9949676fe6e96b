package dev.flotilla.transport;

/**
 * What a peer signs with, and how it checks what another signed. Pure functions: the same input gives the same answer.
 * An implementation is bound to one identity.
 */
public interface PeerCredentials {
    /** The peer that {@link #sign} signs as. */
    PeerId peerId();

    /**
     * A signature over {@code payload}, in a form from which {@link #verify} finds the public key that belongs to the
     * signer's peer id. The payload carries its own domain prefix.
     */
    Bytes sign(Bytes payload);

    /** Whether {@code signature} is {@code signer}'s over {@code payload}. False for malformed signatures too. */
    boolean verify(PeerId signer, Bytes payload, Bytes signature);
}
