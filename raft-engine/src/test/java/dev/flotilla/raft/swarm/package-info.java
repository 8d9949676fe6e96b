/** Nodes with real threads, real storage and a network in memory: the engine as an application runs it. */
@NullMarked
package dev.flotilla.raft.swarm;

import org.jspecify.annotations.NullMarked;
