/**
 * Mutation of the core: deliberate faults, each one rule of the protocol broken, that the simulator has to find. A
 * {@link dev.flotilla.raft.faults.PlantedFault} rewrites the bytecode of a method or two while a class loader of its own
 * loads core and simulator; the product is not touched and knows nothing of it.
 *
 * <p>{@code mvn -pl raft-engine -am verify -Pfaults} hunts for all of them, {@code -Dfaults.only=NAME} for one,
 * {@code -Dfaults.seeds=N} in as many seeds. Each fault is tied to the shape of the code that it breaks: where that
 * changed, {@link dev.flotilla.raft.faults.PlantedFaultTest} says so, and the fault is to be adapted.
 */
@NullMarked
package dev.flotilla.raft.faults;

import org.jspecify.annotations.NullMarked;
