/**
 * A whole group in one thread, over {@link dev.flotilla.raft.core.RaftCore} alone: virtual time, network and disks from
 * one seed, faults of every kind, and after each step the properties that Raft promises (paper figure 3).
 *
 * <p>{@link dev.flotilla.raft.sim.SimPeer} is a driver as small as the contract of
 * {@link dev.flotilla.raft.core.Effect} allows. What surrounds it, {@link dev.flotilla.raft.sim.World}, decides when a
 * message arrives and a write is durable: {@code Simulation} by chance, the scenario tests by script.
 * {@code Invariants} watches from outside and believes no core.
 */
@NullMarked
package dev.flotilla.raft.sim;

import org.jspecify.annotations.NullMarked;
