package dev.flotilla.libp2p.autonat;

/** What a probe found out about an address. */
public enum Reachability {
    /** The server reached this host there, and proved it. */
    REACHABLE,
    /** The server says that it dialled the address in vain. */
    UNREACHABLE,
    /** Nothing was learned: the server did not dial, or what it says is not proven. */
    UNKNOWN,
}
