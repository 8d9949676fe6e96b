package dev.flotilla.transport;

/**
 * What arrived on a lane.
 *
 * @param from the sender, as the transport authenticated it
 * @param payload the bytes that the sender gave to {@link Outbound#trySend}
 */
public record Frame(PeerId from, Bytes payload) {}
