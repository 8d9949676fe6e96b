/** Tests of the protocol's parts, one by one; the scenarios and the simulator test them together. */
@NullMarked
package dev.flotilla.raft.core;

import org.jspecify.annotations.NullMarked;
