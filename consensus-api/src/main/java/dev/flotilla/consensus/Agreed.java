package dev.flotilla.consensus;

/**
 * A state that was agreed on.
 *
 * @param index of the log entry that led to it; grows, with gaps
 */
public record Agreed<S>(long index, S state) {}
