package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;

/**
 * What a client asked for, as the log carries it.
 *
 * @param origin the peer at which it was asked; it completes the caller's future when it applies the entry
 * @param request which of the origin's requests
 * @param inSession by what its duplicates are recognised
 * @param data for the state machine
 */
public record Command(PeerId origin, RequestId request, InSession inSession, Bytes data) {
    /** One that belongs to no session. */
    public Command(PeerId origin, RequestId request, Bytes data) {
        this(origin, request, new InSession.None(), data);
    }
}
