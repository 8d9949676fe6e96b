/**
 * One group's Raft protocol as a pure function: inputs and time in, an ordered list of effects out.
 *
 * <p>Nothing here owns a thread, socket, file, clock, logger or unseeded randomness, so the same classes run in
 * production, in the simulator and in scenario tests. {@link dev.flotilla.raft.core.RaftCore} is the entry and only
 * dispatches; each rule lives in the class named after it, with the figure or section that it comes from. Time is
 * whatever the caller passes, in nanoseconds from any origin; it must not go backwards.
 *
 * <p>The order of the effects <em>is</em> the safety rule: see {@link dev.flotilla.raft.core.Effect}.
 */
@NullMarked
package dev.flotilla.raft.core;

import org.jspecify.annotations.NullMarked;
