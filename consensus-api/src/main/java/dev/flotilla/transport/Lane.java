package dev.flotilla.transport;

/** A class of traffic between two nodes. Lanes do not delay each other; frames keep their order within one. */
public enum Lane {
    /** Heartbeats, votes and their answers, requests: small and urgent. */
    CONTROL,
    /** Log entries and forwarded proposals. */
    REPLICATION,
    /** Snapshots; byte streams only. */
    SNAPSHOT
}
