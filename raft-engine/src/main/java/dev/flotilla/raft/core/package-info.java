/**
 * One group's Raft protocol as a pure function: inputs and time in, an ordered list of effects out.
 *
 * <p>Nothing here owns a thread, socket, file, clock, logger or unseeded randomness, so the same classes run in
 * production, in the simulator and in scenario tests. {@link dev.flotilla.raft.core.RaftCore} is the entry and only
 * dispatches; each rule lives in the class named after it, with the figure or section that it comes from. Time is
 * whatever the caller passes, in nanoseconds from any origin; it must not go backwards.
 *
 * <p>The order of the effects <em>is</em> the safety rule: see {@link dev.flotilla.raft.core.Effect}.
 *
 * <p>Where to look, with paper figure 2 beside the code:
 *
 * <ul>
 *   <li>State: {@code Group} holds what all rules share. {@code TermAndVote} and {@code RaftLog} are the persistent state,
 *       {@code Durability} sees to its persistence, {@code Commitment} has commitIndex and lastApplied, {@code Leadership}
 *       and {@code Progress} what a leader keeps of its followers.
 *   <li>Elections: {@code Election}; whom a peer sticks to is {@code Stickiness}.
 *   <li>Followers: {@code Following} takes entries and snapshots; {@code Damage} and {@code Repair} mend a damaged log.
 *   <li>Leaders: {@code Leading} ties together {@code Replication}, {@code ReadIndex}, {@code Lease}, {@code Membership},
 *       {@code Demotion}, {@code Transfer} and {@code Handover}.
 *   <li>Who may speak: {@code SenderGate}, {@code Certificates}, {@code Tickets}. What callers ask: {@code Requests}.
 *   <li>Silence of idle groups: {@code Quieting}. What is shown and explained: {@code CoreStatus}, {@code Explanation}.
 * </ul>
 */
@NullMarked
package dev.flotilla.raft.core;

import org.jspecify.annotations.NullMarked;
