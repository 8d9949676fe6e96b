/**
 * Whole clusters in one thread, over {@link dev.flotilla.raft.core.RaftCore} alone: virtual time, network and disks from
 * one seed, faults of every kind, and after each step the properties that Raft promises (paper figure 3).
 *
 * <p>{@link dev.flotilla.raft.sim.SimPeer} is a driver as small as the contract of
 * {@link dev.flotilla.raft.core.Effect} allows. What surrounds it, {@link dev.flotilla.raft.sim.World}, decides when a
 * message arrives and a write is durable: {@code SimGroup} by chance, the scenario tests by script. All groups of a
 * cluster share an {@code Environment}: time, chance, nodes, network and disks. {@code Invariants} watches from outside
 * and believes no core.
 *
 * <p>Application developers begin at {@link dev.flotilla.raft.sim.SimCluster}; a seed's run is a {@code Plan} that
 * {@code Simulation} carries out, {@link dev.flotilla.raft.sim.SeedRun} the way into it from outside.
 *
 * <p>Where to add: something that goes wrong to {@code Fault} and {@code Chaos}; something that must have been seen to
 * {@code Occurrence}, counted in {@code Watch}; a property to {@code Invariants}, or, if it is about what one peer may do,
 * to {@code VotingRules}, {@code CampaignRules} or {@code LeaderRules}; a kind of client to {@code Simulation.request};
 * what a seed chooses to {@code SimSettings}.
 */
@NullMarked
package dev.flotilla.raft.sim;

import org.jspecify.annotations.NullMarked;
