/**
 * The application's side of a group: a {@link dev.flotilla.raft.machine.StateMachine} that applies what was agreed on,
 * in order. A leaf: it knows nothing of the engine.
 */
@NullMarked
package dev.flotilla.raft.machine;

import org.jspecify.annotations.NullMarked;
