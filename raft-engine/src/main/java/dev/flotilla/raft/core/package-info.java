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
 *   <li>The way in: {@code RaftCore} takes inputs, {@code Incoming} the messages among them. {@code SenderGate},
 *       {@code Certificates} and {@code Tickets} say who may speak; {@code Requests} brings what callers ask to the leader.
 *   <li>State: {@code Group} holds what all rules share. {@code TermAndVote} and {@code RaftLog} are the persistent state,
 *       {@code Durability} sees to its persistence, {@code Commitment} has commitIndex and lastApplied, {@code Backlog} what
 *       waits for them, {@code Leadership} and {@code Progress} what a leader keeps of its followers for one term.
 *   <li>Elections: {@code Election}, by its {@code ElectionTimer} and {@code Votes}; {@code Stickiness} says which leader a
 *       peer sticks to, and what it promised.
 *   <li>Followers: {@code Following} takes entries and snapshots; {@code Damage}, {@code Repair} and {@code Refetch} mend a
 *       damaged log.
 *   <li>Leaders: {@code Leading} ties together {@code Replication} with {@code Offering}, {@code Heartbeats} with
 *       {@code ReadIndex} and {@code Lease}, {@code Membership} with {@code ChangeRules}, {@code Demotion}, {@code Removal}
 *       and {@code FeatureLevels}, {@code Transfer} and {@code Handover}; {@code Acknowledgements} are what followers
 *       answer.
 *   <li>Idle groups: {@code Quieting}. What is shown: {@code CoreStatus}, {@code CoreDetails}, {@code Explanation}.
 * </ul>
 */
@NullMarked
package dev.flotilla.raft.core;

import org.jspecify.annotations.NullMarked;
